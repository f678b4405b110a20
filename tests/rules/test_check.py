"""The checks on rules: the bundle passes them, and each of them refuses what it is there for."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from ledgerscope.catalogue import Label, Metric, Owner, Unit, all_metrics, lifecycle
from ledgerscope.catalogue.labels import COMPANY
from rules import churn, limits
from rules import lifecycle as customers
from rules.areas import AREAS
from rules.check import check_rules, unused
from rules.joined import joined_counters
from rules.model import Alert, Limit, Recording, RuleArea, Severity
from rules.timing import BUSINESS_INTERVAL


def test_the_rules_are_right() -> None:
    assert check_rules() == []


def area(*rules: Recording | Alert) -> tuple[RuleArea, ...]:
    """The rules of the bundle with these put in place of those of the same name, or added."""
    recordings = tuple(rule for rule in rules if isinstance(rule, Recording))
    alerts = tuple(rule for rule in rules if isinstance(rule, Alert))
    named = {rule.name for rule in rules}
    kept = tuple(
        replace(
            one,
            recordings=tuple(rule for rule in one.recordings if rule.name not in named),
            alerts=tuple(rule for rule in one.alerts if rule.name not in named),
        )
        for one in AREAS
    )
    return (*kept, RuleArea(name="test", interval=BUSINESS_INTERVAL, recordings=recordings, alerts=alerts))


def messages(*rules: Recording | Alert) -> list[str]:
    return [str(finding) for finding in check_rules(area(*rules))]


ACCOUNTS, ALERT, GRADED = customers.ACCOUNTS, customers.DELETIONS, churn.LOGO_HIGH


@pytest.mark.parametrize(
    ("recording", "message"),
    [
        (replace(ACCOUNTS, expr="customer_acounts"), "neither the catalogue nor a recording provides"),
        (replace(ACCOUNTS, labels=()), "declares the labels none, and its expression yields company_id"),
        (replace(ACCOUNTS, name="customers"), "recordings are named level:metric:operations"),
        (
            replace(ACCOUNTS, name="tenant:customer_accounts:sum"),
            "its labels make it the level 'company', not 'tenant'",
        ),
        (
            replace(ACCOUNTS, name="company:customers:sum"),
            "the middle of its name, 'customers', is no metric",
        ),
        (
            replace(ACCOUNTS, name="customer_receivable_amount", compat=True),
            "the exporter serves a metric of this name",
        ),
    ],
)
def test_a_wrong_recording_is_refused(recording: Recording, message: str) -> None:
    assert any(f"{recording.name}: {message}" in found for found in messages(recording))


@pytest.mark.parametrize(
    ("alert", "message"),
    [
        (replace(ALERT, signal="customer_acounts"), "neither the catalogue nor a recording provides"),
        (replace(ALERT, limits=()), "has no limit"),
        (
            replace(ALERT, limits=(replace(limits.DELETIONS, hold=timedelta(seconds=15)),)),
            "holds for 15s: at least 30s",
        ),
        (
            replace(ALERT, limits=(replace(limits.DELETIONS, change_when=""),)),
            "its warning limit needs either change_when or fixed_because",
        ),
        (
            replace(ALERT, limits=(replace(limits.DELETIONS, change_when="never: one is too many"),)),
            "its warning limit is never changed: say why in fixed_because",
        ),
        (replace(ALERT, limits=(limits.DELETIONS, limits.DELETIONS)), "has 2 limits of severity warning"),
        (
            replace(GRADED, limits=(limits.LOGO_CHURN, replace(limits.LOGO_CHURN_CRITICAL, value=0.01))),
            "critical (0.01) begins before warning (0.07)",
        ),
        (
            replace(GRADED, comparison="<"),
            "critical (0.14) begins before warning (0.07)",
        ),
        (replace(ALERT, summary="Company {{ $labels.company_id }} lost."), "the summary is one sentence"),
        (replace(ALERT, summary="no capital, no stop"), "the summary is one sentence"),
        (
            replace(ALERT, description="{{ $labels.company_id }} {{ $labels.queue }}"),
            "the description names the label 'queue', which the alert lacks; it has company_id",
        ),
        (replace(ALERT, description="Somebody."), "the description leaves out the label 'company_id'"),
        (
            replace(
                ALERT,
                signal="sum by (company_id, severity) ("
                "increase(company_severity_override_used:customer_credit_breach_total:max[1h]))",
                description="{{ $labels.company_id }} {{ $labels.severity }}",
            ),
            "its expression keeps the label 'severity', which the rule overwrites",
        ),
        (
            replace(ALERT, owner=Owner(team="nobody", title="Nobody", mission="does nothing")),
            "the owner 'nobody' is not in owners.py",
        ),
    ],
)
def test_a_wrong_alert_is_refused(alert: Alert, message: str) -> None:
    assert any(f"{alert.name}: {message}" in found for found in messages(alert))


def test_the_heartbeat_alone_may_fire_at_once() -> None:
    at_once = Limit(severity=Severity.NONE, value=1, hold=timedelta(0), fixed_because="it is the heartbeat")
    heartbeat = replace(ALERT, limits=(at_once,))
    assert messages(heartbeat) == []


def test_two_rules_of_one_name_are_refused() -> None:
    twice = (*AREAS, RuleArea(name="again", interval=BUSINESS_INTERVAL, alerts=(ALERT,)))
    assert [str(finding) for finding in check_rules(twice)] == [f"{ALERT.name}: 2 rules share this name"]


JOINED = joined_counters(lifecycle.METRICS)


def test_a_recording_stands_before_those_that_read_it() -> None:
    reader = replace(customers.BLOCKED_SHARE)
    turned = RuleArea(name="turned", interval=BUSINESS_INTERVAL, recordings=(*JOINED, reader, ACCOUNTS))
    rest = tuple(one for one in AREAS if one.name != "lifecycle")
    found = [str(finding) for finding in check_rules((*rest, turned))]
    assert found == [f"{reader.name}: reads {ACCOUNTS.name}, which is recorded later in the same group"]


def test_a_recording_that_reads_itself_is_refused() -> None:
    circular = replace(ACCOUNTS, expr=f"max by (company_id) ({ACCOUNTS.name})")
    assert any("which is recorded later in the same group" in found for found in messages(circular))


def test_recordings_that_nothing_reads_are_found() -> None:
    lonely = Recording(
        name="company:chom_nps_score:max",
        expr="max by (company_id) (chom_nps_score)",
        help="Nobody asks for it.",
        unit=Unit.POINTS,
        labels=(COMPANY,),
        owner=ACCOUNTS.owner,
    )
    areas = (RuleArea(name="test", interval=BUSINESS_INTERVAL, recordings=(lonely,)),)
    assert [finding.where for finding in unused(areas, ())] == [lonely.name]
    assert unused(areas, [f"{lonely} > 3"]) == []
    assert unused((replace(areas[0], recordings=(replace(lonely, compat=True),)),), ()) == []


def renamed(metric: Metric, **changes: object) -> list[Metric]:
    """The catalogue after somebody changed one metric of it."""
    return [replace(one, **changes) if one == metric else one for one in all_metrics()]  # type: ignore[arg-type] # fields of Metric by name


def test_renaming_a_metric_breaks_every_rule_that_uses_it() -> None:
    findings = check_rules(metrics=renamed(lifecycle.ACCOUNTS, name="customer_stock"))
    assert {finding.where for finding in findings} >= {customers.ACCOUNTS.name, customers.BLOCKED_SHARE.name}


def test_renaming_a_label_breaks_every_rule_that_uses_it() -> None:
    state = Label(name="state", help="Status.", values=("active", "inactive", "blocked"))
    findings = check_rules(metrics=renamed(lifecycle.ACCOUNTS, labels=(COMPANY, state)))
    assert any("customer_accounts has no label 'status'" in str(finding) for finding in findings)


def test_removing_a_label_value_breaks_every_rule_that_uses_it() -> None:
    status = Label(name="status", help="Status.", values=("active", "inactive"))
    findings = check_rules(metrics=renamed(lifecycle.ACCOUNTS, labels=(COMPANY, status)))
    assert [finding.where for finding in findings] == [customers.BLOCKED_SHARE.name]


@pytest.mark.parametrize("metric", list(all_metrics()), ids=str)
def test_no_metric_can_be_removed_unnoticed_where_a_rule_reads_it(metric: Metric) -> None:
    left = [one for one in all_metrics() if one != metric]
    findings = " ".join(str(finding) for finding in check_rules(metrics=left))
    texts = " ".join(one.expr for rules in AREAS for one in rules.recordings)
    texts += " ".join(alert.signal for rules in AREAS for alert in rules.alerts)
    read = any(name in texts.replace("(", " ").replace("{", " ").split() for name in metric.series_names)
    assert not read or metric.name in findings


def test_an_area_that_does_not_join_its_counters_is_one_finding() -> None:
    bare = tuple(
        replace(
            one,
            recordings=tuple(r for r in one.recordings if r.name != "company:chom_customers_new_total:max"),
        )
        for one in AREAS
    )
    assert [str(finding) for finding in check_rules(bare)] == [
        "rules/churn.py: nothing joins chom_customers_new_total: "
        "add *joined_counters(churn.METRICS) to the recordings"
    ]
