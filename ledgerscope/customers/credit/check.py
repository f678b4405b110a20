"""Invoices checked against the credit of their customer.

An invoice is refused, unless somebody lets it through, where it goes over the limit, where the customer is on
credit hold, and where no exchange rate leads to the limit, so that nobody knows. One of nothing needs no
credit. What is over the limit is either refused or let through, and each is a breach:

- An invoice that is let through has a row in `credit_breach`, and so has one that is open again.
- An invoice that is refused does not exist, so no row can refer to it. The attempt is a breach all the same
  (`customer_credit_breach_total` has `override_used="false"` for those that nobody allowed), so its event and
  an audit entry are written in a transaction of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ledgerscope.customers.amounts import amount_words
from ledgerscope.customers.decision import Refused
from ledgerscope.domain.credit import severity
from ledgerscope.domain.events import EventType
from ledgerscope.store.changes import Changes
from ledgerscope.store.records import CreditBreach, make_event

if TYPE_CHECKING:
    from datetime import date

    from ledgerscope.customers.credit.position import Position, Used
    from ledgerscope.customers.decision import Call, Moment
    from ledgerscope.store.records import Event, Id

__all__ = [
    "NAME_WHO",
    "CheckInvoice",
    "OverLimit",
    "check_invoice",
    "obstacle",
    "over_limit",
    "record_refusal",
]

NAME_WHO: Final = "or name who allows it"
"""How each refusal ends that somebody may override."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInvoice:
    """An invoice is checked; `override_by` is who lets it through although it breaks the limit."""

    moment: Moment
    breach_id: Id
    customer_id: Id
    invoice_id: Id
    override_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OverLimit(Refused):
    """An invoice would take the customer over its limit; amounts are minor units of `currency`."""

    customer_id: Id
    currency: str
    exposure_minor: int
    limit_minor: int
    severity: str


def check_invoice(used: Used | None, request: CheckInvoice) -> Changes:
    """A breach where the invoice, counted in `used`, takes the customer over its limit; else no changes."""
    over, moment = over_limit(request.customer_id, used), request.moment
    if over is None:
        return Changes()
    row = CreditBreach(
        moment.tenant_id, request.breach_id, request.customer_id, request.invoice_id, over.currency,
        over.exposure_minor, over.limit_minor, over.severity, request.override_by, moment.at,
    )  # fmt: skip
    return Changes((row,), (_event(moment, over, "false" if request.override_by is None else "true"),))


def obstacle(
    position: Position, currency: str, amount_minor: int, *, held: bool, day: date
) -> Refused | None:
    """Why an invoice is issued only if somebody lets it through; None where it needs nobody."""
    if not amount_minor:
        return None
    used = position.used(currency, amount_minor)
    over = over_limit(position.customer_id, used)
    if over is not None:
        return over
    if held:
        return Refused(f"the customer is on credit hold; release it, {NAME_WHO}")
    if used is not None and used.uncovered is not None:
        said = f"no exchange rate from {used.uncovered} to {used.currency} on {day}, so that nobody knows"
        return Refused(f"{said} whether the limit covers the invoice; record a rate, {NAME_WHO}")
    return None


def over_limit(customer_id: Id, used: Used | None) -> OverLimit | None:
    """The refusal of an invoice with which this much of a limit would be used; None where it fits.

    None as well where nobody knows: a breach is what is known to be over the limit.
    """
    if used is None or used.limit_minor is None or used.uncovered is not None:
        return None
    level = severity(used.exposure, used.limit_minor)
    if level is None:
        return None
    said = (
        f"with this invoice the customer would owe {amount_words(used.exposure_minor, used.currency)} "
        f"of at most {amount_words(used.limit_minor, used.currency)}; "
        f"let some be paid, raise the limit, {NAME_WHO}"
    )
    return OverLimit(
        reason=said, customer_id=customer_id, currency=used.currency, exposure_minor=used.exposure_minor,
        limit_minor=used.limit_minor, severity=level,
    )  # fmt: skip


def record_refusal(refused: OverLimit, call: Call) -> Changes:
    """The event and the audit entry of an invoice that was refused."""
    audit = call.audit(
        "invoice.refused", refused.customer_id, currency=refused.currency, severity=refused.severity,
        exposure_minor=refused.exposure_minor, limit_minor=refused.limit_minor,
    )  # fmt: skip
    return Changes((audit,), (_event(call.moment, refused, "false"),))


def _event(moment: Moment, over: OverLimit, override_used: str) -> Event:
    return make_event(
        moment.tenant_id, EventType.CREDIT_LIMIT_BREACHED, moment.at, over.severity, override_used,
        customer_id=over.customer_id, amount=over.exposure_minor - over.limit_minor, currency=over.currency,
    )  # fmt: skip
