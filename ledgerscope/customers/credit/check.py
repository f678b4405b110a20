"""Invoices checked against the credit limit of their customer.

What is over the limit is either refused or let through by somebody, and each is a breach:

- An invoice that is let through has a row in `credit_breach`, and so has one that is open again.
- An invoice that is refused does not exist, so no row can refer to it. The attempt is a breach all the same
  (`customer_credit_breach_total` has `override_used="false"` for those that nobody allowed), so its event and
  an audit entry are written in a transaction of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledgerscope.customers.decision import Call, Decision, Moment, Refused
from ledgerscope.domain.credit import severity
from ledgerscope.domain.events import EventType
from ledgerscope.store.changes import Changes
from ledgerscope.store.records import CreditBreach, make_event

if TYPE_CHECKING:
    from ledgerscope.customers.credit.limits import LimitInForce
    from ledgerscope.customers.credit.position import Used
    from ledgerscope.store.records import Event, Id

__all__ = ["CheckInvoice", "CreditState", "OverLimit", "check_invoice", "over_limit", "record_refusal"]


@dataclass(frozen=True, slots=True)
class CreditState:
    """The limit that an invoice is checked against, and what the customer owes with that invoice."""

    limit: LimitInForce | None
    exposure_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInvoice:
    """A new invoice is checked; `override_by` is who lets it through although it breaks the limit."""

    moment: Moment
    breach_id: Id
    customer_id: Id
    invoice_id: Id
    currency: str
    override_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OverLimit(Refused):
    """An invoice would take the customer over its limit; amounts are minor units of `currency`."""

    customer_id: Id
    currency: str
    exposure_minor: int
    limit_minor: int
    severity: str


def check_invoice(state: CreditState, request: CheckInvoice) -> Decision:
    """A breach where the invoice takes the customer over its limit; else no changes."""
    limit = None if state.limit is None else state.limit.limit_minor
    level = severity(state.exposure_minor, limit)
    if level is None or limit is None:
        return Changes()
    moment = request.moment
    row = CreditBreach(
        moment.tenant_id, request.breach_id, request.customer_id, request.invoice_id, request.currency,
        state.exposure_minor, limit, level, request.override_by, moment.at,
    )  # fmt: skip
    event = _event(
        moment, request.customer_id, level, "false" if request.override_by is None else "true",
        state.exposure_minor - limit, request.currency,
    )  # fmt: skip
    return Changes((row,), (event,))


def over_limit(customer_id: Id, used: Used | None) -> OverLimit | None:
    """The refusal of an invoice with which this much of a limit would be used; None where it fits."""
    if used is None or used.limit_minor is None:
        return None
    level = severity(used.exposure_minor, used.limit_minor)
    if level is None:
        return None
    said = (
        f"with this invoice the customer would owe {used.exposure_minor} of at most {used.limit_minor} "
        f"{used.currency} (minor units); let some be paid, raise the limit, or name who allows it"
    )
    return OverLimit(
        reason=said, customer_id=customer_id, currency=used.currency, exposure_minor=used.exposure_minor,
        limit_minor=used.limit_minor, severity=level,
    )  # fmt: skip


def record_refusal(refused: OverLimit, call: Call) -> Changes:
    """The event and the audit entry of an invoice that was refused."""
    event = _event(
        call.moment, refused.customer_id, refused.severity, "false",
        refused.exposure_minor - refused.limit_minor, refused.currency,
    )  # fmt: skip
    audit = call.audit(
        "invoice.refused", refused.customer_id, currency=refused.currency, severity=refused.severity,
        exposure_minor=refused.exposure_minor, limit_minor=refused.limit_minor,
    )  # fmt: skip
    return Changes((audit,), (event,))


def _event(moment: Moment, customer_id: Id, level: str, overridden: str, excess: int, currency: str) -> Event:
    return make_event(
        moment.tenant_id, EventType.CREDIT_LIMIT_BREACHED, moment.at, level, overridden,
        customer_id=customer_id, amount=excess, currency=currency,
    )  # fmt: skip
