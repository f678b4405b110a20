"""Audit log: whether it is whole."""

from __future__ import annotations

from dashboards.model import Board, Query, Row, Variable
from dashboards.panels import lines, stat
from dashboards.query import chosen, now
from ledgerscope.catalogue import Unit, audit
from rules import audit as rules

__all__ = ["BOARD"]

BOARD = Board(
    area="audit",
    title="Audit log",
    question="Is the audit log whole?",
    variables=(Variable("company_id", "Company", audit.ENTRIES),),
    rows=(
        Row(
            "Whole",
            (
                stat(
                    "Entries missing, now",
                    Query(str(chosen(rules.MISSING)), "{{company_id}}"),
                    about="Entries that a proof has seen or a seal vouches for, and that are gone.",
                    unit=Unit.COUNT,
                    draws=(rules.ENTRIES_MISSING,),
                    width=8,
                ),
                stat(
                    "Faults, last proof",
                    Query(str(chosen(rules.FAULTS)), "{{company_id}}"),
                    about="Faults that the last proof found, or the last one with keys where it found more.",
                    unit=Unit.COUNT,
                    draws=(rules.NOT_SOUND,),
                    width=8,
                ),
                stat(
                    "Last proof",
                    Query(f"{now(audit.LAST_VERIFIED)} * 1000", "{{company_id}}"),
                    about="When the log was last proven, whatever was found.",
                    unit=Unit.TIMESTAMP,
                    width=8,
                ),
            ),
        ),
        Row(
            "Over time",
            (
                lines(
                    "Missing entries",
                    Query(str(chosen(rules.MISSING)), "{{company_id}}"),
                    about="Entries that a proof has seen or a seal vouches for, and that are gone.",
                    unit=Unit.COUNT,
                    draws=(rules.ENTRIES_MISSING,),
                ),
                lines(
                    "Faults",
                    Query(str(chosen(rules.FAULTS)), "{{company_id}}"),
                    about="Faults that the last proof found, or the last one with keys where it found more.",
                    unit=Unit.COUNT,
                    draws=(rules.NOT_SOUND,),
                ),
                lines(
                    "Entries",
                    Query(now(audit.ENTRIES), "{{company_id}}"),
                    about="Length of the chain: the number of its last entry.",
                    unit=Unit.COUNT,
                    width=24,
                ),
            ),
        ),
    ),
)
