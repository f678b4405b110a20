"""What an erasure finds beside the records of a customer: texts about it, and pseudonyms of its people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from ledgerscope.store import tables as t
from ledgerscope.store.changes import Update
from ledgerscope.store.records import ActivityDay, AuditRemark, CreditLimit, StatusChange, SurveyResponse

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Connection, Table

    from ledgerscope.customers.decision import Call
    from ledgerscope.store.records import Id

__all__ = ["Traces", "erase_traces", "load_traces"]

_ERASED: Final = "erased"


@dataclass(frozen=True, slots=True)
class Traces:
    """Where something is written about a customer or its people.

    `status_changes` and `limits` have reasons, `remarks` are reasons and comments of the audit log by digest;
    `answers` and `days` name people by pseudonyms that a second source might resolve.
    """

    status_changes: tuple[int, ...] = ()
    limits: tuple[Id, ...] = ()
    remarks: tuple[str, ...] = ()
    answers: tuple[tuple[Id, str], ...] = ()
    days: tuple[tuple[date, Id, str], ...] = ()


def erase_traces(traces: Traces, call: Call) -> tuple[Update, ...]:
    """The texts gone, and other pseudonyms, so that people are counted as before and found no longer.

    A new pseudonym derives from the request, which is kept nowhere.
    """
    tenant_id = call.moment.tenant_id
    gone = {"salt": None, "reason": None, "comment": None, "erased_at": call.moment.at}
    return (
        *(Update(StatusChange, (tenant_id, each), {"reason": _ERASED}) for each in traces.status_changes),
        *(Update(CreditLimit, (tenant_id, each), {"reason": _ERASED}) for each in traces.limits),
        *(Update(AuditRemark, (tenant_id, each), gone) for each in traces.remarks),
        *(
            Update(SurveyResponse, (tenant_id, answer), {"respondent_hash": call.new_id("person", person)})
            for answer, person in traces.answers
        ),
        *(
            Update(ActivityDay, (tenant_id, *place, person), {"user_hash": call.new_id("person", person)})
            for *place, person in traces.days
        ),
    )


def load_traces(connection: Connection, tenant_id: str, customer_id: Any) -> Traces:
    """Those of one customer."""

    def rows(table: Table, *names: str, given: str | None = None) -> list[tuple[Any, ...]]:
        c = table.c
        query = select(*(c[name] for name in names)).where(
            c.tenant_id == tenant_id, c.customer_id == customer_id
        )
        return [
            tuple(row)
            for row in connection.execute(query if given is None else query.where(c[given].is_not(None)))
        ]

    remark = t.audit_remark.c
    remarks = select(remark.digest).where(
        remark.tenant_id == tenant_id, remark.subject == customer_id.hex, remark.erased_at.is_(None)
    )
    return Traces(
        status_changes=tuple(
            n for (n,) in rows(t.customer_status_history, "history_id", given="from_status")
        ),
        limits=tuple(each.hex for (each,) in rows(t.credit_limit, "credit_limit_id", given="reason")),
        remarks=tuple(connection.execute(remarks).scalars()),
        answers=tuple(
            (each.hex, who) for each, who in rows(t.survey_response, "response_id", "respondent_hash")
        ),
        days=tuple(
            (day, who.hex, user) for day, who, user in rows(t.activity_day, "day", "customer_id", "user_hash")
        ),
    )
