"""Audit log: how long it is, when it was last proven, and whether anything of it is gone."""

from __future__ import annotations

from ledgerscope.catalogue.labels import COMPANY
from ledgerscope.catalogue.metric import Kind, Metric, Unit
from ledgerscope.catalogue.owners import PLATFORM

__all__ = ["ENTRIES", "FAULTS", "LAST_VERIFIED", "METRICS", "MISSING"]

ENTRIES = Metric(
    name="customer_audit_entries",
    kind=Kind.GAUGE,
    help="Length of the audit log's chain: the number of its last entry.",
    unit=Unit.COUNT,
    labels=(COMPANY,),
    owner=PLATFORM,
)
MISSING = Metric(
    name="customer_audit_missing_entries",
    kind=Kind.GAUGE,
    help="Entries at the log's end that a proof has seen or a seal vouches for, and that are gone.",
    unit=Unit.COUNT,
    labels=(COMPANY,),
    owner=PLATFORM,
)
LAST_VERIFIED = Metric(
    name="customer_audit_last_verified_timestamp_seconds",
    kind=Kind.GAUGE,
    help="When the audit log was last proven, whatever was found; absent before the first proof.",
    unit=Unit.TIMESTAMP,
    labels=(COMPANY,),
    owner=PLATFORM,
)
FAULTS = Metric(
    name="customer_audit_faults",
    kind=Kind.GAUGE,
    help="Faults that the last proof of the audit log found, or the last one with keys where it found more; "
    "absent before the first proof.",
    unit=Unit.COUNT,
    labels=(COMPANY,),
    owner=PLATFORM,
)

METRICS = (ENTRIES, MISSING, LAST_VERIFIED, FAULTS)
