"""Cases of the rules on the audit log."""

from __future__ import annotations

from ledgerscope.catalogue import audit
from rules import audit as rules
from rules.model import Severity
from rules.scenarios.model import AlertCase, RecordingCase, given, steady

__all__ = ["ALERTS", "RECORDINGS"]

_ACME = {"company_id": "acme"}

ALERTS = (
    AlertCase(
        alert=rules.ENTRIES_MISSING,
        labels=_ACME,
        beyond=(given(audit.MISSING, steady(1), **_ACME),),
        says={
            Severity.CRITICAL: (
                "Entries that were proven or sealed and are gone from the end of the audit log of company "
                "acme: 1."
            )
        },
        within=(given(audit.MISSING, steady(0), **_ACME),),
    ),
    AlertCase(
        alert=rules.NOT_SOUND,
        labels=_ACME,
        beyond=(given(audit.FAULTS, steady(1), **_ACME),),
        says={
            Severity.CRITICAL: (
                "Faults that a proof found in the audit log of company acme, and that no proof has taken "
                "back since: 1."
            )
        },
        within=(given(audit.FAULTS, steady(0), **_ACME),),
    ),
)

RECORDINGS: tuple[RecordingCase, ...] = ()
