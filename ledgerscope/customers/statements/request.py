"""What is asked for, what came of it, and the rows that say so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from ledgerscope.customers.days import check_calendar
from ledgerscope.customers.decision import Call, Fault, Refused
from ledgerscope.domain.events import EventType
from ledgerscope.domain.money import EXPONENTS
from ledgerscope.domain.values import STATEMENT_MONTHS
from ledgerscope.store.changes import Changes
from ledgerscope.store.records import Statement
from ledgerscope.store.tables.values import STATEMENT_FORMATS

if TYPE_CHECKING:
    from datetime import date, datetime

    from ledgerscope.customers.statements.statement import Period
    from ledgerscope.store.records import Event, Id

__all__ = ["Asked", "Outcome", "check", "months_of", "outcome_event", "outcome_row", "record_statement"]

_SUCCESS, _FAILURE = "success", "failure"


@dataclass(frozen=True, slots=True)
class Asked:
    """A statement of a customer in a currency over a period, with the aging of a day."""

    customer_id: Id
    currency: str
    period: Period
    format: str
    as_of: date
    delivery_method: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a request went, from `requested_at` on; `failure_class` is None where it was delivered."""

    statement_id: Id
    requested_at: datetime
    duration_ms: int
    failure_class: str | None = None


def check(asked: Asked) -> Refused | None:
    """What is wrong with a request, whatever the customer is."""
    first, last = asked.period
    if first > last:
        return Refused(f"period: {first} is after {last}; the first day comes first", Fault.INVALID, "period")
    days = ("period", first), ("period", last), ("as_of", asked.as_of)
    for field, day in days:
        if (fault := check_calendar(field, day)) is not None:
            return fault
    if asked.currency not in EXPONENTS:
        said = f"currency: {asked.currency!r} is no currency we know; ISO 4217, as EUR"
        return Refused(said, Fault.INVALID, "currency")
    if asked.format not in STATEMENT_FORMATS:
        said = f"format: one of {', '.join(STATEMENT_FORMATS)}; not {asked.format!r}"
        return Refused(said, Fault.INVALID, "format")
    return None


def record_statement(asked: Asked, outcome: Outcome, call: Call) -> Changes:
    """The row, the event and the audit entry of a statement that was delivered, or failed."""
    moment = call.moment
    action = "statement.failed" if outcome.failure_class else "statement.generated"
    audit = call.audit(
        action, asked.customer_id, statement_id=outcome.statement_id, format=asked.format,
        delivery_method=asked.delivery_method, currency=asked.currency, first=asked.period.first.isoformat(),
        last=asked.period.last.isoformat(), as_of=asked.as_of.isoformat(),
        failure_class=outcome.failure_class,
    )  # fmt: skip
    row = outcome_row(asked, outcome, moment.tenant_id, moment.at)
    return Changes((row, audit), (outcome_event(asked, outcome, call),))


def outcome_row(asked: Asked, outcome: Outcome, tenant_id: str, ended_at: datetime) -> Statement:
    """The row of a request that ended at an instant."""
    first, last = asked.period
    failed = outcome.failure_class is not None
    return Statement(
        tenant_id, outcome.statement_id, asked.customer_id, first, last + timedelta(days=1), asked.format,
        asked.delivery_method, _FAILURE if failed else _SUCCESS, outcome.failure_class, outcome.duration_ms,
        outcome.requested_at, None if failed else ended_at, asked.currency, asked.as_of,
    )  # fmt: skip


def outcome_event(asked: Asked, outcome: Outcome, call: Call) -> Event:
    """StatementGenerated, or StatementFailed with its reason."""
    if outcome.failure_class is None:
        event_type, result, last_label = EventType.STATEMENT_GENERATED, _SUCCESS, months_of(asked.period)
    else:
        event_type, result, last_label = EventType.STATEMENT_FAILED, _FAILURE, outcome.failure_class
    return call.event(
        event_type, asked.format, asked.delivery_method, result, last_label, customer_id=asked.customer_id,
        duration_ms=outcome.duration_ms,
    )  # fmt: skip


def months_of(period: Period) -> str:
    """The size of a period: the months that it is long, a part of one taken for a whole one."""
    first, end = period.first, period.last + timedelta(days=1)
    whole = (end.year - first.year) * _MONTHS_PER_YEAR + end.month - first.month
    months = whole + (end.day > first.day)
    return next(name for name, most in STATEMENT_MONTHS if most is None or months <= most)


_MONTHS_PER_YEAR: Final = 12
