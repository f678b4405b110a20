"""Audit log: entries that are gone, and proofs that failed."""

from __future__ import annotations

from ledgerscope.catalogue import Unit, audit
from ledgerscope.catalogue.labels import COMPANY
from ledgerscope.catalogue.owners import PLATFORM
from rules import limits
from rules.expr import once
from rules.model import Alert, Recording, RuleArea
from rules.timing import BUSINESS_INTERVAL, KEEP_FIRING

__all__ = ["AREA", "ENTRIES_MISSING", "FAULTS", "MISSING", "NOT_SOUND"]

MISSING = Recording(
    name="company:customer_audit_missing_entries:max",
    expr=once(audit.MISSING),
    help="Entries at the end of the audit log that are gone.",
    unit=Unit.COUNT,
    labels=(COMPANY,),
    owner=PLATFORM,
)
FAULTS = Recording(
    name="company:customer_audit_faults:max",
    expr=once(audit.FAULTS),
    help="Faults that the last proof of the audit log found, or the last one with keys where it found more.",
    unit=Unit.COUNT,
    labels=(COMPANY,),
    owner=PLATFORM,
)

ENTRIES_MISSING = Alert(
    name="CustomerAuditEntriesMissing",
    signal=str(MISSING),
    comparison=">",
    limits=(limits.AUDIT_MISSING,),
    unit=MISSING.unit,
    owner=PLATFORM,
    summary="Entries of the audit log are gone.",
    description=(
        "Entries that were proven or sealed and are gone from the end of the audit log of company "
        "{{ $labels.company_id }}: {{ $value | humanize }}."
    ),
    panel="Missing entries",
)
NOT_SOUND = Alert(
    name="CustomerAuditNotSound",
    signal=str(FAULTS),
    comparison=">",
    limits=(limits.AUDIT_FAULTS,),
    unit=FAULTS.unit,
    owner=PLATFORM,
    summary="The audit log is not what was written.",
    description=(
        "Faults that a proof found in the audit log of company {{ $labels.company_id }}, and that no proof "
        "has taken back since: {{ $value | humanize }}."
    ),
    panel="Faults",
)

AREA = RuleArea(
    name="audit",
    interval=BUSINESS_INTERVAL,
    keeps_firing=KEEP_FIRING,
    recordings=(MISSING, FAULTS),
    alerts=(ENTRIES_MISSING, NOT_SOUND),
)
