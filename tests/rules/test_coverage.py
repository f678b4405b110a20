"""The cases test every rule, and a rule that they leave out is found."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from rules import churn, exporter
from rules.coverage import check_coverage
from rules.model import Severity
from rules.scenarios.areas import CASES

if TYPE_CHECKING:
    from rules.scenarios.model import AlertCase

CHURN = next(one for one in CASES if one.area is churn.AREA)
LOGO = tuple(case for case in CHURN.alerts if case.alert is churn.LOGO_HIGH)
WHERE = "rules/scenarios/churn.py"


def test_every_rule_is_tested() -> None:
    assert check_coverage() == []


def found(*logo: AlertCase) -> list[str]:
    """What is found when the cases of the alert on logo churn are these."""
    others = tuple(case for case in CHURN.alerts if case not in LOGO)
    changed = replace(CHURN, alerts=(*others, *logo))
    return [str(one) for one in check_coverage([changed if one is CHURN else one for one in CASES])]


def only_warning(case: AlertCase) -> AlertCase:
    return replace(case, says={Severity.WARNING: "text"})


@pytest.mark.parametrize(
    ("cases", "message"),
    [
        ((), "no case tests the alert ChurnLogoHigh: add an AlertCase to ALERTS"),
        (
            tuple(map(only_warning, LOGO)),
            "no case of ChurnLogoHigh fires at critical: add one that is beyond that limit",
        ),
        (
            tuple(replace(case, within=()) for case in LOGO),
            "no case of ChurnLogoHigh stays silent: state `within`, the series at the limit",
        ),
        (
            tuple(replace(case, few=()) for case in LOGO),
            "no case of ChurnLogoHigh is below its minimum volume: state `few`",
        ),
    ],
)
def test_what_the_cases_leave_out_is_found(cases: tuple[AlertCase, ...], message: str) -> None:
    assert found(*cases) == [f"{WHERE}: {message}"]


def test_the_heartbeat_never_stays_silent() -> None:
    heartbeat = next(one for one in CASES if one.area is exporter.AREA)
    assert [case.alert for case in heartbeat.alerts if not case.within] == [exporter.WATCHDOG]
