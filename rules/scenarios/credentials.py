"""Cases of the credential rules."""

from __future__ import annotations

from datetime import timedelta

from ledgerscope.catalogue import credentials
from rules import credentials as rules
from rules.model import Severity
from rules.scenarios.model import AlertCase, Given, RecordingCase, given, steady

__all__ = ["ALERTS", "RECORDINGS"]

_ACME = {"company_id": "acme"}


def _failures(count: int) -> Given:
    """Failures that all happen in the sixtieth minute."""
    return given(credentials.ROTATED, f"0x59 {count}x200", **_ACME, outcome="failure")


ALERTS = (
    AlertCase(
        alert=rules.FAILING,
        labels=_ACME,
        after=timedelta(minutes=60),
        beyond=(_failures(6),),
        says={
            Severity.WARNING: (
                "6 times within an hour a new credential of a customer of company acme did not work "
                "(limit 5)."
            )
        },
        within=(
            _failures(5),
            given(credentials.ROTATED, "0x59 50x200", **_ACME, outcome="success"),
        ),
    ),
)

RECORDINGS = (
    RecordingCase(
        title="the age is that of the oldest credential of the company",
        expr=str(rules.AGE),
        series=(given(credentials.AGE, steady(86_400), **_ACME),),
        at=timedelta(minutes=5),
        yields=((_ACME, 86_400),),
    ),
)
