"""Writing down a business for a test: one line per thing that happened, everything not said filled in.

Rows are written in one transaction that is rolled back, and read in it: a test costs no database of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from sqlalchemy import insert
from sqlalchemy.dialects.postgresql import Range

from ledgerscope.store import tables as t

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table

    from collectors.base import Collector

NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)
TODAY = date(2026, 6, 15)
LONG_AGO = datetime(2024, 1, 1, tzinfo=UTC)
Labels = tuple[str, ...]


def day(offset: int) -> date:
    """So many days after today, before it when negative."""
    return TODAY + timedelta(days=offset)


def at(offset: float) -> datetime:
    """So many days after noon today."""
    return NOON + timedelta(days=offset)


@dataclass
class Books:
    """The tables of a test. Rows wait until `write`, so that a hundred businesses cost as much as one."""

    connection: Connection
    waiting: dict[Table, list[dict[str, Any]]] = field(default_factory=dict)
    numbers: int = 0
    plans: dict[UUID, dict[str, Any]] = field(default_factory=dict)

    def add(self, table: Table, **values: Any) -> None:
        self.waiting.setdefault(table, []).append(values)

    def write(self) -> None:
        for table in t.metadata.sorted_tables:
            if rows := self.waiting.pop(table, []):
                self.connection.execute(insert(table), rows)

    def identify(self, table: Table, **values: Any) -> UUID:
        """Add a row with a new identifier, the last column of the table's key."""
        identifier = uuid4()
        self.add(table, **{table.primary_key.columns.keys()[-1]: identifier}, **values)
        return identifier

    def amount(
        self, table: Table, customer_id: UUID, minor: int, tenant_id: str, currency: str, **values: Any
    ) -> UUID:
        """Add what is worth an amount to a customer: money, a credit note, a debt that is given up."""
        whose = {"tenant_id": tenant_id, "customer_id": customer_id}
        return self.identify(table, **whose, amount_minor=minor, currency=currency, **values)

    def number(self) -> str:
        self.numbers += 1
        return f"N-{self.numbers}"

    def tenant(self, tenant_id: str = "acme", timezone: str = "UTC", base_currency: str = "EUR") -> str:
        self.add(
            t.tenant,
            tenant_id=tenant_id,
            name=tenant_id,
            timezone=timezone,
            base_currency=base_currency,
            created_at=LONG_AGO,
        )
        return tenant_id

    def customer(self, tenant_id: str = "acme", **values: Any) -> UUID:
        row = {
            "external_id": self.number(),
            "name": "Ada",
            "status": "active",
            "credit_hold": False,
            "currency": "EUR",
            "source": "api",
            "created_at": LONG_AGO,
            "updated_at": LONG_AGO,
            "deleted_at": None,
        }
        return self.identify(t.customer, tenant_id=tenant_id, **(row | values))

    def invoice(
        self,
        customer_id: UUID,
        *parts: tuple[int, date],
        tenant_id: str = "acme",
        currency: str = "EUR",
        issued_on: date | None = date(2026, 1, 1),
        **values: Any,
    ) -> UUID:
        """An invoice of instalments, each an amount in minor units and a due date."""
        row = {"status": "open", "kind": "subscription", "tax_minor": 0, "voided_on": None} | values
        invoice_id = self.identify(
            t.invoice,
            tenant_id=tenant_id,
            customer_id=customer_id,
            number=self.number(),
            issued_on=issued_on,
            currency=currency,
            **({"total_minor": sum(minor for minor, _ in parts)} | row),
        )
        for seq, (minor, due_on) in enumerate(parts, start=1):
            self.add(
                t.invoice_due,
                tenant_id=tenant_id,
                invoice_id=invoice_id,
                seq=seq,
                due_on=due_on,
                amount_minor=minor,
            )
        return invoice_id

    def payment(
        self,
        customer_id: UUID,
        minor: int,
        *,
        tenant_id: str = "acme",
        currency: str = "EUR",
        received_on: date = date(2026, 1, 2),
        reversed_on: date | None = None,
    ) -> UUID:
        return self.amount(
            t.payment,
            customer_id,
            minor,
            tenant_id,
            currency,
            method="card",
            gateway="stripe",
            received_on=received_on,
            received_at=NOON,
            reversed_on=reversed_on,
            reversal="bounced" if reversed_on else None,
        )

    def credit_note(
        self,
        customer_id: UUID,
        minor: int,
        *,
        tenant_id: str = "acme",
        currency: str = "EUR",
        issued_on: date = date(2026, 1, 2),
        voided_on: date | None = None,
    ) -> UUID:
        return self.amount(
            t.credit_note,
            customer_id,
            minor,
            tenant_id,
            currency,
            number=self.number(),
            issued_on=issued_on,
            voided_on=voided_on,
        )

    def write_off(
        self,
        customer_id: UUID,
        minor: int,
        *,
        tenant_id: str = "acme",
        currency: str = "EUR",
        written_off_on: date = date(2026, 1, 2),
    ) -> UUID:
        return self.amount(
            t.write_off,
            customer_id,
            minor,
            tenant_id,
            currency,
            written_off_on=written_off_on,
        )

    def allocate(
        self,
        from_id: UUID,
        invoice_id: UUID,
        minor: int,
        *,
        seq: int = 1,
        kind: str = "payment",
        tenant_id: str = "acme",
        on: date = date(2026, 1, 2),
        recorded_at: datetime = datetime(2026, 1, 2, tzinfo=UTC),
        reverses: UUID | None = None,
    ) -> UUID:
        return self.identify(
            t.allocation,
            tenant_id=tenant_id,
            from_kind=kind,
            from_id=from_id,
            invoice_id=invoice_id,
            due_seq=seq,
            amount_minor=minor,
            effective_on=on,
            recorded_at=recorded_at,
            reverses_id=reverses,
        )

    def payment_reversal(
        self, payment_id: UUID, minor: int, on: date, *, tenant_id: str = "acme", kind: str = "charged_back"
    ) -> None:
        """A part of a payment goes back; its allocations are reversed by `allocate`."""
        self.identify(
            t.payment_reversal,
            tenant_id=tenant_id,
            payment_id=payment_id,
            kind=kind,
            amount_minor=minor,
            reversed_on=on,
            recorded_at=NOON,
        )

    def refund(
        self,
        customer_id: UUID,
        minor: int,
        on: date,
        *,
        payment_id: UUID | None = None,
        credit_note_id: UUID | None = None,
        tenant_id: str = "acme",
        currency: str = "EUR",
    ) -> None:
        """Unused money of a payment or credit note is paid back."""
        self.amount(
            t.refund,
            customer_id,
            minor,
            tenant_id,
            currency,
            payment_id=payment_id,
            credit_note_id=credit_note_id,
            refunded_on=on,
            recorded_at=NOON,
        )

    def write_off_reversal(
        self, write_off_id: UUID, minor: int, on: date, *, tenant_id: str = "acme", reason: str = "recovered"
    ) -> None:
        """A write-off is taken back; its allocation is reversed by `allocate`."""
        self.identify(
            t.write_off_reversal,
            tenant_id=tenant_id,
            write_off_id=write_off_id,
            amount_minor=minor,
            reversed_on=on,
            reason=reason,
            recorded_at=NOON,
        )

    def plan(
        self, tier: str = "starter", *, tenant_id: str = "acme", currency: str = "EUR", **values: Any
    ) -> UUID:
        row = {
            "tier": tier,
            "amount_minor": 1000,
            "currency": currency,
            "interval_unit": "month",
            "interval_count": 1,
            "metered": False,
        } | values
        plan_id = self.identify(
            t.plan,
            tenant_id=tenant_id,
            code=self.number(),
            name=tier,
            created_at=LONG_AGO,
            **row,
        )
        self.plans[plan_id] = row
        return plan_id

    def subscription(
        self,
        customer_id: UUID,
        plan_id: UUID,
        *versions: tuple[Any, datetime, datetime | None],
        tenant_id: str = "acme",
        currency: str = "EUR",
        **values: Any,
    ) -> UUID:
        """A subscription of priced stretches, each MRR in minor units, its begin and its end.

        Each stretch is of a plan with that price and otherwise like the one given.
        """
        subscription_id = uuid4()
        own = {"tenant_id": tenant_id, "subscription_id": subscription_id, "customer_id": customer_id}
        row = {
            "status": "active",
            "started_at": LONG_AGO,
            "trial_end": None,
            "cancel_requested_at": None,
            "ended_at": None,
            "end_reason": "voluntary" if values.get("ended_at") else None,
        } | values
        self.add(t.subscription, **own, plan_id=plan_id, **row)
        for mrr, begin, end in versions:
            like = self.plans[plan_id] | {"amount_minor": int(mrr)}
            of_price = plan_id if like == self.plans[plan_id] else self.plan(tenant_id=tenant_id, **like)
            self.version(own, of_price, mrr, begin, end, currency=currency)
        return subscription_id

    def version(
        self,
        subscription: dict[str, Any],
        plan_id: UUID,
        mrr: Any,
        begin: datetime,
        end: datetime | None = None,
        **values: Any,
    ) -> None:
        """A version of the subscription (its three keys), as the row says it."""
        row = {"quantity": 1, "discount": 0, "currency": "EUR"} | values
        self.identify(
            t.subscription_version,
            **subscription,
            plan_id=plan_id,
            mrr=mrr,
            valid=Range(begin, end),
            **row,
        )

    def limit(
        self,
        customer_id: UUID,
        minor: int | None,
        *,
        tenant_id: str = "acme",
        currency: str = "EUR",
        valid: tuple[datetime, datetime | None] = (LONG_AGO, None),
        status: str = "approved",
    ) -> None:
        self.identify(
            t.credit_limit,
            tenant_id=tenant_id,
            customer_id=customer_id,
            currency=currency,
            limit_minor=minor,
            valid=Range(*valid),
            status=status,
            requested_by="ada",
            requested_at=LONG_AGO,
            approved_by="bob" if status == "approved" else None,
            decided_at=LONG_AGO if status == "approved" else None,
        )

    def event(self, event_type: str, tenant_id: str = "acme", **values: Any) -> None:
        row: dict[str, Any] = {"labels": {}, "amount_minor": None, "currency": None, "duration_ms": None}
        row |= {"occurred_at": NOON} | values
        self.add(t.event, tenant_id=tenant_id, event_type=event_type, **row)

    def rate(self, rate: str, on: date, *, tenant_id: str = "acme", currency: str = "USD") -> None:
        self.add(t.fx_rate, tenant_id=tenant_id, day=on, from_currency=currency, to_currency="EUR", rate=rate)

    def read(self, collector: Collector, as_of: datetime = NOON) -> dict[str, dict[Labels, Any]]:
        """What the collector says of the books: per metric name, values by labels."""
        self.write()
        found: dict[str, dict[Labels, Any]] = {}
        for one in collector.collect(self.connection, as_of):
            found.setdefault(one.metric.name, {})[one.labels] = one.value
        return found
