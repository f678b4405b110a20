"""The operations on credit limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from ledgerscope.customers.access.permissions import Permission
from ledgerscope.customers.credit.check import obstacle
from ledgerscope.customers.credit.hold import HoldState, set_hold
from ledgerscope.customers.credit.limits import (
    DecideLimit,
    GrantLimit,
    PendingLimit,
    RequestLimit,
    decide_limit,
    direction_of,
    grant_limit,
    request_limit,
)
from ledgerscope.customers.credit.loading import load_exposures, load_limits, load_position
from ledgerscope.customers.credit.position import Exposure
from ledgerscope.customers.credit.requests import LimitPage, ListLimits, list_limits
from ledgerscope.customers.decision import Call, Decision, Fault, Refused
from ledgerscope.customers.operations import Note, Operations, Verdict
from ledgerscope.customers.operations.checks import check_amount, check_currency, check_text
from ledgerscope.customers.operations.guard import takes
from ledgerscope.customers.operations.lookups import (
    as_id,
    currencies_of,
    hold_customer,
    no_row,
    owner_of,
)
from ledgerscope.customers.operations.types import typed
from ledgerscope.domain.credit import utilization
from ledgerscope.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from fractions import Fraction

    from sqlalchemy import Connection, Row

    from ledgerscope.store.records import Id

__all__ = [
    "Adjustment",
    "Credit",
    "CreditCheck",
    "CreditView",
    "DecidedLimit",
    "HeldCredit",
    "NewLimit",
    "RequestedLimit",
]

_NO_NOTE: Final = Note()
_LONGEST_REASON: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLimit:
    """A first limit, in minor units: None is unlimited, zero is no credit at all.

    It holds from now on, until an instant where one is given.
    """

    customer_id: Id
    currency: str
    limit_minor: int | None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """A limit that is asked for, in minor units: None is unlimited, zero is no credit at all."""

    customer_id: Id
    currency: str
    limit_minor: int | None


@dataclass(frozen=True, slots=True)
class RequestedLimit:
    """A limit that was asked for; `direction` is `increase` or `decrease`."""

    credit_limit_id: Id
    direction: str


@dataclass(frozen=True, slots=True)
class DecidedLimit:
    """A limit, and whether it was `approved` or `rejected`."""

    credit_limit_id: Id
    status: str


@dataclass(frozen=True, slots=True)
class HeldCredit:
    """The customer whose hold was put on or released, and whether it was; if not, it was so already."""

    customer_id: Id
    changed: bool


@dataclass(frozen=True, slots=True)
class CreditView:
    """How far the limit is used that an invoice in a currency counts against.

    `limited` is false where the customer has no limit at all. `has_rate` is false where no exchange rate
    leads from the currency to the limit: what is owed in it is left out, and nothing of it is available.
    `limit_minor` and `utilization` are None without a limit, and where it is unlimited. `exposure_minor` is
    in minor units of `limit_currency`, with what is owed in currencies that have no limit, rounded up to a
    whole one; `utilization` is not rounded. A limit of zero is used up whatever is owed.
    """

    customer_id: Id
    limited: bool
    limit_currency: str
    limit_minor: int | None
    exposure_minor: int
    utilization: Fraction | None
    has_rate: bool = True

    @property
    def available_minor(self) -> int | None:
        """What may still be invoiced; None without a limit."""
        if self.limit_minor is None:
            return None
        return max(0, self.limit_minor - self.exposure_minor) if self.has_rate else 0


@dataclass(frozen=True, slots=True)
class CreditCheck:
    """Whether an invoice would be issued, and what would be owed with it, in minor units of `limit_currency`.

    `reason` says why it would be refused: it is over the limit, the customer is on credit hold, or no
    exchange rate leads to the limit; `exposure_minor` is None then. Without a limit the three amounts are
    None; an unlimited one has no `limit_minor`.
    """

    customer_id: Id
    fits: bool
    limit_currency: str | None
    limit_minor: int | None
    exposure_minor: int | None
    reason: str | None = None


@typed
class Credit:
    """Credit limits of one company: granted, asked for, approved, rejected, and how far they are used.

    Every change writes an audit entry, and takes a `Note`. What is wrong with a request comes back as
    `Refused`; StoreError and UnknownCompany are raised.
    """

    def __init__(self, operations: Operations) -> None:
        self._operations = operations
        self._tenant_id = operations.caller.tenant_id

    def grant(self, new: NewLimit, note: Note = _NO_NOTE) -> DecidedLimit | Refused:
        """A limit where none is in force, which nothing adjusts. Writes CreditLimitGranted."""

        def decide(connection: Connection, call: Call) -> Verdict[DecidedLimit] | Refused:
            customer = self._customer(connection, new)
            if isinstance(customer, Refused):
                return customer
            limit_id = call.new_id("limit")
            request = GrantLimit(
                moment=call.moment, credit_limit_id=limit_id, customer_id=customer.customer_id.hex,
                currency=new.currency, limit_minor=new.limit_minor, approved_by=call.actor, until=new.until,
                requested_by=call.actor,
            )  # fmt: skip
            limits = load_limits(connection, call.moment, request.customer_id)
            return _verdict(
                grant_limit(limits.get(new.currency), request), DecidedLimit(limit_id, "approved")
            )

        return self._operations.write("credit.limit.granted", new, decide, returns=DecidedLimit, note=note)

    def request_adjustment(self, asked: Adjustment, note: Note = _NO_NOTE) -> RequestedLimit | Refused:
        """Ask for a limit. It holds once somebody else approves it. Writes CreditLimitAdjustmentRequested."""

        def decide(connection: Connection, call: Call) -> Verdict[RequestedLimit] | Refused:
            customer = self._customer(connection, asked)
            if isinstance(customer, Refused):
                return customer
            limits = load_limits(connection, call.moment, customer.customer_id.hex)
            direction = direction_of(limits.get(asked.currency), asked.limit_minor)
            limit_id = call.new_id("limit")
            request = RequestLimit(
                moment=call.moment, credit_limit_id=limit_id, customer_id=customer.customer_id.hex,
                currency=asked.currency, limit_minor=asked.limit_minor, direction=direction,
                requested_by=call.actor,
            )  # fmt: skip
            return _verdict(request_limit(request), RequestedLimit(limit_id, direction))

        return self._operations.write(
            "credit.limit.requested", asked, decide, returns=RequestedLimit, note=note
        )

    def approve(
        self, credit_limit_id: Id, note: Note = _NO_NOTE, *, until: datetime | None = None
    ) -> DecidedLimit | Refused:
        """Let a limit that was asked for hold from now on, in place of the one in force.

        Whoever asked for it may not approve it. Writes CreditLimitAdjusted.
        """

        def request(call: Call) -> DecideLimit | Refused:
            return DecideLimit(moment=call.moment, approved=True, decided_by=call.actor, until=until)

        return self._decide(credit_limit_id, "approved", request, {"until": until}, note)

    def reject(self, credit_limit_id: Id, note: Note) -> DecidedLimit | Refused:
        """Turn down a limit that was asked for, for a reason; no limit changes. Writes CreditLimitRejected.

        Whoever asked for it may do this too, and so take the request back.
        """

        def request(call: Call) -> DecideLimit | Refused:
            fault = check_text("reason", note.reason or "", _LONGEST_REASON)
            return fault or DecideLimit(
                moment=call.moment, approved=False, decided_by=call.actor, reason=note.reason
            )

        return self._decide(credit_limit_id, "rejected", request, {}, note)

    def hold(self, customer_id: Id, note: Note = _NO_NOTE) -> HeldCredit | Refused:
        """Sell nothing more to a customer on credit. Writes CreditHoldPlaced."""
        return self._set_hold("credit.held", customer_id, note, hold=True)

    def release(self, customer_id: Id, note: Note = _NO_NOTE) -> HeldCredit | Refused:
        """Sell to a customer on credit again. Writes CreditHoldReleased."""
        return self._set_hold("credit.released", customer_id, note, hold=False)

    @takes(Permission.CUSTOMERS_VIEW)
    def exposure(self, customer_id: Id, currency: str) -> Exposure | Refused:
        """What a customer owes in a currency today: what is open, less what is not allocated yet."""
        found = as_id(customer_id)
        with self._operations.read() as connection:
            customer = None if found is None else self._read_customer(connection, found)
            if found is None or customer is None:
                return no_row("customer", customer_id)
            exposures = load_exposures(connection, self._operations.moment(connection), found)
        return exposures.get(currency, Exposure(found, currency))

    @takes(Permission.CUSTOMERS_VIEW)
    def utilization(self, customer_id: Id, currency: str) -> CreditView | Refused:
        """The limit that an invoice in a currency counts against, and how far it is used today."""
        found = as_id(customer_id)
        with self._operations.read() as connection:
            customer = None if found is None else self._read_customer(connection, found)
            if found is None or customer is None:
                return no_row("customer", customer_id)
            moment = self._operations.moment(connection)
            used = load_position(connection, moment, customer, currency).used(currency)
        if used is None:
            owed = self.exposure(found, currency)
            return owed if isinstance(owed, Refused) else _without_limit(owed)
        share = utilization(used.exposure, used.limit_minor)
        return CreditView(
            found, True, used.currency, used.limit_minor, used.exposure_minor, share,
            has_rate=used.uncovered is None,
        )  # fmt: skip

    @takes(Permission.CUSTOMERS_VIEW)
    def check(self, customer_id: Id, currency: str, amount_minor: int) -> CreditCheck | Refused:
        """Whether an invoice of this amount would be issued today without leave; nothing is recorded."""
        found = as_id(customer_id)
        with self._operations.read() as connection:
            fault = check_currency(currency, currencies_of(connection)) or check_amount(
                "amount_minor", amount_minor, currency, least=0
            )
            customer = None if found is None else self._read_customer(connection, found)
            if fault is not None or found is None or customer is None:
                return fault or no_row("customer", customer_id)
            moment = self._operations.moment(connection)
            position = load_position(connection, moment, customer, currency)
        used = position.used(currency, amount_minor)
        refused = obstacle(position, currency, amount_minor, held=customer.credit_hold, day=moment.day)
        reason = None if refused is None else refused.reason
        if used is None:
            return CreditCheck(found, refused is None, None, None, None, reason)
        owed = used.exposure_minor if used.uncovered is None else None
        return CreditCheck(found, refused is None, used.currency, used.limit_minor, owed, reason)

    @takes(Permission.CUSTOMERS_LIST)
    def list(self, asked: ListLimits = ListLimits()) -> LimitPage | Refused:  # noqa: B008 - frozen
        """A page of limits that were asked for or granted, the latest first."""
        with self._operations.read() as connection:
            return list_limits(connection, self._tenant_id, asked)

    def _set_hold(self, action: str, customer_id: Id, note: Note, *, hold: bool) -> HeldCredit | Refused:
        def decide(connection: Connection, call: Call) -> Verdict[HeldCredit] | Refused:
            row = hold_customer(connection, self._tenant_id, customer_id)
            if isinstance(row, Refused):
                return row
            state = HoldState(row.customer_id.hex, row.credit_hold, deleted=row.deleted_at is not None)
            decision = set_hold(state, call, hold=hold)
            changed = not isinstance(decision, Refused) and bool(decision.rows)
            return _verdict(decision, HeldCredit(state.customer_id, changed))

        named = {"customer_id": customer_id}
        return self._operations.write(action, named, decide, returns=HeldCredit, note=note)

    def _decide(
        self,
        credit_limit_id: Id,
        status: str,
        request_of: Callable[[Call], DecideLimit | Refused],
        content: dict[str, Any],
        note: Note,
    ) -> DecidedLimit | Refused:
        def decide(connection: Connection, call: Call) -> Verdict[DecidedLimit] | Refused:
            owner = owner_of(connection, self._tenant_id, t.credit_limit, credit_limit_id)
            if isinstance(owner, Refused):
                return owner
            customer, request = hold_customer(connection, self._tenant_id, owner), request_of(call)
            for each in (customer, request):
                if isinstance(each, Refused):
                    return each
            assert isinstance(request, DecideLimit)  # noqa: S101 - refusals have gone
            decision = self._decision(connection, credit_limit_id, request)
            return _verdict(decision, DecidedLimit(as_id(credit_limit_id) or "", status))

        named = {"credit_limit_id": credit_limit_id, "status": status, **content}
        return self._operations.write("credit.limit.decided", named, decide, returns=DecidedLimit, note=note)

    def _decision(self, connection: Connection, credit_limit_id: Id, request: DecideLimit) -> Decision:
        c = t.credit_limit.c
        row = connection.execute(
            select(t.credit_limit).where(
                c.tenant_id == self._tenant_id, c.credit_limit_id == as_id(credit_limit_id)
            )
        ).one()
        customer_id: Id = row.customer_id.hex
        in_force = load_limits(connection, request.moment, customer_id).get(row.currency)
        direction = direction_of(in_force, row.limit_minor)
        pending = PendingLimit(
            row.credit_limit_id.hex, customer_id, row.currency, row.status, direction, row.requested_by
        )
        return decide_limit(pending, in_force, request)

    def _customer(self, connection: Connection, asked: NewLimit | Adjustment) -> Row[Any] | Refused:
        """The customer, held; or what is wrong with a limit for it."""
        fault = check_currency(asked.currency, currencies_of(connection))
        if fault is None and asked.limit_minor is not None:
            fault = check_amount("limit_minor", asked.limit_minor, asked.currency, least=0)
        if fault is not None:
            return fault
        customer = hold_customer(connection, self._tenant_id, asked.customer_id)
        if not isinstance(customer, Refused) and customer.deleted_at is not None:
            return Refused("the customer is deleted; it gets no credit", Fault.CONFLICT, "customer_id")
        return customer

    def _read_customer(self, connection: Connection, customer_id: Id) -> Row[Any] | None:
        c = t.customer.c
        query = select(t.customer).where(c.tenant_id == self._tenant_id, c.customer_id == customer_id)
        return connection.execute(query).one_or_none()


def _verdict(decision: Decision, result: Any) -> Verdict[Any] | Refused:
    return decision if isinstance(decision, Refused) else Verdict(decision, result)


def _without_limit(owed: Exposure) -> CreditView:
    return CreditView(owed.customer_id, False, owed.currency, None, owed.minor, None)
