"""Cases of the rules on synchronisation."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from ledgerscope.catalogue import sync
from rules import sync as rules
from rules.model import Severity
from rules.scenarios.model import AlertCase, RecordingCase, given, steady

if TYPE_CHECKING:
    from rules.scenarios.model import Given

__all__ = ["ALERTS", "RECORDINGS"]

_ACME = {"company_id": "acme"}


def _overdue(late: int, *, active: int, paused: int = 0) -> tuple[Given, ...]:
    return (
        given(sync.OVERDUE, steady(late), **_ACME),
        *_customers(active=active, paused=paused),
    )


def _customers(**counts: int) -> tuple[Given, ...]:
    return tuple(given(sync.CUSTOMERS, steady(n), **_ACME, status=status) for status, n in counts.items())


ALERTS = (
    AlertCase(
        alert=rules.MANY_OVERDUE,
        labels=_ACME,
        beyond=_overdue(1, active=1),
        says={
            Severity.WARNING: (
                "100% of the synchronised customers of company acme have had no success for more than two "
                "of their intervals (limit 10 %)."
            )
        },
        within=_overdue(1, active=10),
    ),
    AlertCase(
        alert=rules.MANY_OVERDUE,
        labels=_ACME,
        beyond=_overdue(21, active=200, paused=600),
        says={
            Severity.WARNING: (
                "10.5% of the synchronised customers of company acme have had no success for more than two "
                "of their intervals (limit 10 %)."
            )
        },
        within=_overdue(10, active=100),
    ),
    AlertCase(
        alert=rules.MANY_IN_ERROR,
        labels=_ACME,
        beyond=_customers(error=1),
        says={
            Severity.WARNING: (
                "100% of the synchronised customers of company acme are in error: they failed too many times "
                "in a row (limit 10 %)."
            )
        },
        within=_customers(error=1, active=9, paused=9),
    ),
    AlertCase(
        alert=rules.MANY_IN_ERROR,
        labels=_ACME,
        beyond=_customers(error=21, active=179, paused=600),
        says={
            Severity.WARNING: (
                "10.5% of the synchronised customers of company acme are in error: they failed too many "
                "times in a row (limit 10 %)."
            )
        },
        within=_customers(error=10, active=90),
    ),
)

RECORDINGS = (
    RecordingCase(
        title="where every customer is paused, no share is overdue",
        expr=str(rules.OVERDUE_SHARE),
        series=_overdue(0, active=0, paused=3),
        at=timedelta(minutes=5),
    ),
    RecordingCase(
        title="where every customer is paused, no share is in error",
        expr=str(rules.ERROR_SHARE),
        series=_customers(error=0, active=0, paused=3),
        at=timedelta(minutes=5),
    ),
)
