"""The checks on boards: the bundle passes them, and each of them refuses what it is there for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dashboards.areas import BOARDS
from dashboards.boards import churn, jobs
from dashboards.check import check, queries
from dashboards.model import Board, Panel, Query, Row, Variable
from dashboards.panels import bars, lines, stat
from ledgerscope.catalogue import Unit
from ledgerscope.catalogue import churn as metrics
from rules import churn as rules
from rules import jobs as job_rules
from rules.check import vocabulary
from rules.expressions import check_expression

BOARD = churn.BOARD


def test_the_boards_are_right() -> None:
    assert check() == []


def shown(panel: Panel) -> list[str]:
    """What is found on the churn board with this panel at its end."""
    board = replace(BOARD, rows=(*BOARD.rows, Row("Tried", (panel,))))
    return [str(finding) for finding in check((board,))]


def panel(expr: str, legend: str = "", **changes: object) -> Panel:
    made = lines("Tried", Query(expr, legend), about="Tried out.", unit=Unit.RATIO)
    return replace(made, **changes)  # type: ignore[arg-type] # fields of Panel by name


RATIO = 'max by (company_id) (chom_churn_ratio{window="30d"})'


@pytest.mark.parametrize(
    ("tried", "finding"),
    [
        (panel("chom_churn_rate"), "neither the catalogue nor a recording provides 'chom_churn_rate'"),
        (panel('chom_churn_ratio{kind="logos"}'), "no value of label kind satisfies"),
        (
            panel('chom_churn_ratio{company_id=~"$company"}'),
            "uses $company, which the board does not declare",
        ),
        (
            panel("sum by (company_id) (rate(company:chom_customers_new_total:max[5m]))", unit=Unit.COUNT),
            "rate over 5m: use $__rate_interval",
        ),
        (panel(RATIO, "{{tier}}"), "the legend names the label 'tier'; the query yields company_id"),
        (
            panel("max by (company_id, currency) (chom_revenue_arpa)", "{{company_id}}", unit=Unit.CURRENCY),
            "the legend leaves out the currency of amounts",
        ),
        (panel(RATIO, unit=Unit.COUNT), "its unit is count, and a query yields ratio"),
        (panel(RATIO, about="no sentence"), "the description is a sentence"),
        (
            panel(RATIO, draws=(rules.LOGO_HIGH, rules.NET_RETENTION_LOW)),
            "limits of opposite directions cannot be drawn in one panel",
        ),
        (panel(RATIO, draws=(job_rules.QUEUE_WAIT,)), "draws JobsQueueWaitLong, whose limit is in seconds"),
        (panel(RATIO, title="Logo churn"), "2 panels are called 'Logo churn'"),
        (panel(RATIO, repeat="currency"), "'Tried' is repeated and not 24 columns wide"),
        (
            panel(RATIO, width=24, repeat="company_id"),
            "'Tried' is repeated by $company_id, which stands for chosen values only",
        ),
        (panel(RATIO, width=25), "'Tried' reaches beyond column 24"),
    ],
)
def test_a_wrong_panel_is_refused(tried: Panel, finding: str) -> None:
    assert any(finding in found for found in shown(tried)), shown(tried)


def test_a_panel_that_is_right_adds_no_finding() -> None:
    alone = {str(finding) for finding in check((BOARD,))}
    assert set(shown(panel(RATIO, "{{company_id}}", width=24))) <= alone


@pytest.mark.parametrize(
    ("board", "finding"),
    [
        (
            replace(BOARD, rows=(Row("Bars", (bars("Bars", about="No.", unit=Unit.COUNT, width=24),)),)),
            "dashboards/boards/churn.py: the first row answers the question of the page in single figures",
        ),
        (
            replace(BOARD, rows=(Row("One", (stat("One", about="No.", unit=Unit.COUNT),)),)),
            "dashboards/boards/churn.py: the line of 'One' is 4 columns wide instead of 24",
        ),
        (
            replace(BOARD, rows=(*BOARD.rows, Row("Last", BOARD.rows[1].panels[:1]))),
            "dashboards/boards/churn.py: the line of 'Logo churn' is 12 columns wide instead of 24",
        ),
        (
            replace(
                BOARD,
                rows=(
                    Row(
                        "Uneven",
                        (replace(BOARD.rows[0].panels[0], width=12, height=3), *BOARD.rows[1].panels[:1]),
                    ),
                ),
            ),
            "dashboards/boards/churn.py: the panels 'Customers lost', 'Logo churn' stand beside each other "
            "and differ in height",
        ),
        (
            replace(BOARD, rows=BOARD.rows[:1]),
            "dashboards/boards/churn.py: the alert ChurnLogoHigh links to a panel 'Logo churn', "
            "which is missing",
        ),
        (
            replace(BOARD, rows=(*BOARD.rows[:1], Row("Plain", (panel(RATIO, title="Logo churn"),)))),
            "dashboards/boards/churn.py: the panel 'Logo churn' does not show the limit of ChurnLogoHigh",
        ),
    ],
)
def test_a_wrong_board_is_refused(board: Board, finding: str) -> None:
    assert finding in [str(found) for found in check((board,))]


def test_metrics_that_nobody_sees_are_found() -> None:
    found = [str(finding) for finding in check(tuple(board for board in BOARDS if board != jobs.BOARD))]
    jobs_board = "dashboards/boards/jobs.py"
    assert f"{jobs_board}: no panel and no recording uses telecom_billing_queue_depth: show it" in found
    assert (
        f"{job_rules.DURATION_P95}: nothing reads this recording: use it in a rule or a panel, or remove it"
        in found
    )


def test_queries_are_given_as_prometheus_gets_them() -> None:
    known = vocabulary()
    for board in BOARDS:
        for query in queries(board):
            assert "$" not in query
            assert check_expression(query, known) == []


def test_a_variable_asks_for_the_values_of_a_label_of_a_metric() -> None:
    assert Variable("company_id", "Company", metrics.BASE).query == (
        "label_values(chom_churn_base_customers, company_id)"
    )
