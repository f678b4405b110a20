"""Cases of the rules on synchronisation."""

from __future__ import annotations

from ledgerscope.catalogue import sync
from rules import sync as rules
from rules.model import Severity
from rules.scenarios.model import AlertCase, RecordingCase, given, steady

__all__ = ["ALERTS", "RECORDINGS"]

_ACME = {"company_id": "acme"}

ALERTS = (
    AlertCase(
        alert=rules.MANY_OVERDUE,
        labels=_ACME,
        beyond=(given(sync.OVERDUE, steady(6), **_ACME),),
        says={
            Severity.WARNING: (
                "Customers of company acme whose last success is more than two intervals ago: 6 (limit 5)."
            )
        },
        within=(given(sync.OVERDUE, steady(5), **_ACME),),
    ),
    AlertCase(
        alert=rules.MANY_IN_ERROR,
        labels=_ACME,
        beyond=(given(sync.CUSTOMERS, steady(6), **_ACME, status="error"),),
        says={Severity.WARNING: "Customers of company acme whose synchronisation is in error: 6 (limit 5)."},
        within=(
            given(sync.CUSTOMERS, steady(5), **_ACME, status="error"),
            given(sync.CUSTOMERS, steady(9), **_ACME, status="paused"),
        ),
    ),
)

RECORDINGS: tuple[RecordingCase, ...] = ()
