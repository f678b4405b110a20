"""Cases of the customer rules."""

from __future__ import annotations

from datetime import timedelta

from ledgerscope.catalogue import lifecycle
from rules import lifecycle as rules
from rules.model import Severity
from rules.scenarios.model import AlertCase, Given, RecordingCase, given, steady

__all__ = ["ALERTS", "RECORDINGS"]

_ACME = {"company_id": "acme"}


def _blocked(blocked: int, active: int) -> tuple[Given, ...]:
    return (
        given(lifecycle.ACCOUNTS, steady(active), **_ACME, status="active"),
        given(lifecycle.ACCOUNTS, steady(blocked), **_ACME, status="blocked"),
    )


ALERTS = (
    AlertCase(
        alert=rules.DELETIONS,
        labels=_ACME,
        after=timedelta(minutes=60),
        beyond=(
            given(lifecycle.DELETED, "0x59 31x200", **_ACME, reason="other", mode="soft"),
            given(lifecycle.DELETED, "0x59 20x200", **_ACME, reason="erasure", mode="hard"),
        ),
        says={Severity.WARNING: "51 customers of company acme were deleted within an hour (limit 50)."},
        within=(given(lifecycle.DELETED, "0x59 50x200", **_ACME, reason="other", mode="soft"),),
    ),
    AlertCase(
        alert=rules.MANY_BLOCKED,
        labels=_ACME,
        beyond=_blocked(blocked=4, active=16),
        says={Severity.WARNING: "20% of the customers of company acme are blocked (limit 15 %)."},
        within=_blocked(blocked=15, active=85),
        few=_blocked(blocked=9, active=10),
    ),
    AlertCase(
        alert=rules.MANY_BLOCKED,
        labels=_ACME,
        beyond=_blocked(blocked=5, active=27),
        says={Severity.WARNING: "15.62% of the customers of company acme are blocked (limit 15 %)."},
        within=_blocked(blocked=15, active=85),
    ),
)

RECORDINGS = (
    RecordingCase(
        title="one customer that is blocked is all of them",
        expr=str(rules.BLOCKED_SHARE),
        series=_blocked(blocked=1, active=0),
        at=timedelta(minutes=5),
        yields=((_ACME, 1),),
    ),
    RecordingCase(
        title="new customers are counted over all the ways they come in",
        expr=str(rules.CREATED_7D),
        series=(
            given(lifecycle.CREATED, "0x2 3x200", **_ACME, source="ui", status="active"),
            given(lifecycle.CREATED, "0x2 4x200", **_ACME, source="api", status="active"),
        ),
        at=timedelta(minutes=30),
        yields=((_ACME, 7),),
    ),
    RecordingCase(
        title="where there are no customers, no share is blocked",
        expr=str(rules.BLOCKED_SHARE),
        series=_blocked(blocked=0, active=0),
        at=timedelta(minutes=5),
    ),
)
