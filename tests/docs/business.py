"""The worked examples of docs/definitions.md, written into the tables of a test.

The page itself describes the vocabulary ("How to read the examples"). Everything is read as text, so that
amounts stay exact and a date is never mistaken for an instant.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

import yaml
from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import Range

from ledgerscope.domain.mrr import monthly
from ledgerscope.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sqlalchemy import Connection, Table

COMPANY: Final = "acme"
LONG_AGO: Final = datetime(2020, 1, 1, tzinfo=UTC)
NAMESPACE: Final = UUID("0b6b1f0e-6f1d-4d8e-9f3c-6f0d5a1c0007")
KINDS: Final = {"payments": "payment", "credit_notes": "credit_note", "write_offs": "write_off"}
Words = dict[str, Any]


def read(source: str) -> Words:
    """The example, every scalar a text."""
    document = yaml.load(source, Loader=yaml.BaseLoader)  # noqa: S506 - makes texts, lists and mappings only
    assert isinstance(document, dict), "an example is a mapping"
    return document


def uid(*names: str) -> UUID:
    return uuid5(NAMESPACE, "/".join(names))


@dataclass
class Business:
    """One company; the fields of a row are taken out of its words one by one, so that none is overlooked."""

    connection: Connection
    words: Words
    zone: ZoneInfo = field(init=False)
    base: str = field(init=False)
    exponents: Mapping[str, int] = field(init=False)

    def __post_init__(self) -> None:
        self.words = dict(self.words)
        company = dict(self.words.pop("company", {}))
        self.zone = ZoneInfo(company.pop("timezone", "UTC"))
        self.base = company.pop("currency", "EUR")
        self.settings = {name: int(value) for name, value in company.pop("settings", {}).items()}
        assert not company, f"unknown words of the company: {company}"
        places = self.connection.execute(select(t.currencies.c.code, t.currencies.c.exponent))
        self.exponents = {row.code: row.exponent for row in places}

    def write(self) -> None:
        """Write every row of the example."""
        words = self.words
        words.pop("expect", None)
        words.pop("title", None)
        rows: dict[str, Words] = {name: words.pop(name, {}) for name in _WRITERS}
        assert not words, f"unknown words: {', '.join(words)}"
        self._write_tenant()
        self._write_customers(rows)
        for name, writer in _WRITERS.items():
            for row_name, given in _entries(rows[name]):
                if name != "customers":
                    left = dict(given) if isinstance(given, dict) else given
                    writer(self, row_name, left)
                    assert not isinstance(left, dict) or not left, f"{name} {row_name}: unknown words {left}"

    def instant(self, text: str) -> datetime:
        """A local time of the company, or an instant with its offset."""
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo else moment.replace(tzinfo=self.zone).astimezone(UTC)

    def add(self, table: Table | str, **values: Any) -> None:
        table = t.metadata.tables[table] if isinstance(table, str) else table
        self.connection.execute(insert(table), {"tenant_id": COMPANY, **values})

    def minor(self, text: str, currency: str) -> int:
        amount = Decimal(text).scaleb(self.exponents[currency])
        assert amount == int(amount), f"{text} is not a whole number of minor units of {currency}"
        return int(amount)

    def _write_tenant(self) -> None:
        self.add(
            t.tenant,
            name=COMPANY,
            timezone=self.zone.key,
            base_currency=self.base,
            settings=self.settings,
            created_at=LONG_AGO,
        )

    def _write_customers(self, rows: Words) -> None:
        described = dict(_entries(rows["customers"]))
        mentioned = {
            given["customer"]
            for name in _WRITERS
            for _, given in _entries(rows[name])
            if isinstance(given, dict) and "customer" in given
        }
        for name in sorted(mentioned | set(described)):
            self._write_customer(name, dict(described.get(name) or {}))

    def _write_customer(self, name: str, row: Words) -> None:
        created = self.instant(row.pop("created")) if "created" in row else LONG_AGO
        deleted = self.instant(row.pop("deleted")) if "deleted" in row else None
        statuses = row.pop("statuses", {created.isoformat(): row.pop("status", "active")})
        self.add(
            t.customer,
            customer_id=uid(name),
            external_id=name,
            name=name,
            status=list(statuses.values())[-1],
            credit_hold=row.pop("credit_hold", "false") == "true",
            currency=row.pop("currency", self.base),
            terms_days=int(row.pop("terms_days", 30)),
            source="api",
            created_at=created,
            updated_at=created,
            deleted_at=deleted,
            deletion_mode="soft" if deleted else None,
            deletion_reason="closed" if deleted else None,
        )
        before = None
        for at, status in statuses.items():
            self.add(
                t.customer_status_history,
                customer_id=uid(name),
                from_status=before,
                to_status=status,
                at=self.instant(at),
            )
            before = status
        assert not row, f"customer {name}: unknown words {row}"

    def _plan(self, name: str, row: Words) -> None:
        count, unit = re.fullmatch(r"(?:(\d+) )?(\w+?)s?", row.pop("every", "month")).groups()  # type: ignore[union-attr]  # a wrong interval fails the example
        amount, currency = self._money(row.pop("price"))
        self.add(
            t.plan,
            plan_id=uid("plan", name),
            code=name,
            name=name,
            tier=row.pop("tier", "starter"),
            amount_minor=amount,
            currency=currency,
            interval_unit=unit,
            interval_count=int(count or 1),
            metered=row.pop("metered", "false") == "true",
            created_at=LONG_AGO,
        )

    def _subscription(self, name: str, row: Words) -> None:
        customer, plan = row.pop("customer"), row.pop("plan")
        versions = row.pop("versions", None) or [{"from": row.pop("from"), "to": row.pop("to", "")}]
        ended = row.pop("ended", "")
        own = {"subscription_id": uid("subscription", name), "customer_id": uid(customer)}
        self.add(
            t.subscription,
            **own,
            plan_id=uid("plan", plan),
            status=row.pop("status", "ended" if ended else "active"),
            started_at=self.instant(row.pop("started", versions[0]["from"])),
            trial_end=self._maybe(row, "trial_end"),
            cancel_requested_at=self._maybe(row, "cancel_requested"),
            ended_at=self.instant(ended) if ended else None,
            end_reason="voluntary" if ended else None,
        )
        for number, given in enumerate(versions):
            self._version(own, plan, f"{name}/{number}", dict(given))

    def _version(self, own: Words, plan: str, name: str, row: Words) -> None:
        plan = row.pop("plan", plan)
        of = self.connection.execute(select(t.plan).where(t.plan.c.plan_id == uid("plan", plan))).one()
        quantity, discount = int(row.pop("quantity", 1)), Fraction(row.pop("discount", "0"))
        price = monthly(of.amount_minor, of.interval_unit, of.interval_count, quantity, discount)
        stored = Fraction(row.pop("stored", str(price / 10 ** self.exponents[of.currency])))
        minor = stored * 10 ** self.exponents[of.currency]
        end = row.pop("to", "")
        self.add(
            t.subscription_version,
            **own,
            version_id=uid("version", name),
            plan_id=of.plan_id,
            quantity=quantity,
            discount=Decimal(discount.numerator) / discount.denominator,
            currency=of.currency,
            mrr=round(Decimal(minor.numerator) / minor.denominator, 6),
            valid=Range(self.instant(row.pop("from")), self.instant(end) if end else None),
        )
        assert not row, f"version {name}: unknown words {row}"

    def _invoice(self, name: str, row: Words) -> None:
        currency, due = row.pop("currency", self.base), row.pop("due", {})
        parts = [(date.fromisoformat(day), self.minor(amount, currency)) for day, amount in due.items()]
        voided = self._date(row, "voided")
        self.add(
            t.invoice,
            invoice_id=uid("invoice", name),
            customer_id=uid(row.pop("customer")),
            number=name,
            status=row.pop("status", "void" if voided else "open"),
            kind="subscription",
            issued_on=self._date(row, "issued"),
            voided_on=voided,
            currency=currency,
            total_minor=self.minor(row.pop("total"), currency)
            if "total" in row
            else sum(part for _, part in parts),
            tax_minor=0,
        )
        for seq, (day, part) in enumerate(parts, start=1):
            self.add(t.invoice_due, invoice_id=uid("invoice", name), seq=seq, due_on=day, amount_minor=part)

    def _payment(self, name: str, row: Words) -> None:
        currency = row.pop("currency", self.base)
        received, reversed_on = self._date(row, "received"), self._date(row, "reversed")
        self.add(
            t.payment,
            payment_id=uid("payment", name),
            customer_id=uid(row.pop("customer")),
            amount_minor=self.minor(row.pop("amount"), currency),
            currency=currency,
            method="card",
            gateway="stripe",
            received_on=received,
            received_at=LONG_AGO,
            reversed_on=reversed_on,
            reversal="bounced" if reversed_on else None,
        )

    def _payment_reversal(self, name: str, row: Words) -> None:
        payment, amount = self._part_of("payment", row.pop("payment"), row.pop("amount"))
        self.add(
            "payment_reversal",
            payment_reversal_id=uid("payment_reversal", name),
            payment_id=payment,
            amount_minor=amount,
            reversed_on=self._date(row, "on"),
            kind="charged_back",
            recorded_at=LONG_AGO,
        )

    def _refund(self, name: str, row: Words) -> None:
        kind = self._kind(row["of"])
        source, amount = self._part_of(kind, row.pop("of"), row.pop("amount"))
        table = t.metadata.tables[kind]
        found = select(table.c.customer_id, table.c.currency).where(table.c[f"{kind}_id"] == source)
        self.add(
            "refund",
            refund_id=uid("refund", name),
            **{f"{kind}_id": source},
            **self.connection.execute(found).mappings().one(),
            amount_minor=amount,
            refunded_on=self._date(row, "on"),
            recorded_at=LONG_AGO,
        )

    def _credit_note(self, name: str, row: Words) -> None:
        currency = row.pop("currency", self.base)
        self.add(
            t.credit_note,
            credit_note_id=uid("credit_note", name),
            customer_id=uid(row.pop("customer")),
            number=name,
            amount_minor=self.minor(row.pop("amount"), currency),
            currency=currency,
            issued_on=self._date(row, "issued"),
            voided_on=self._date(row, "voided"),
        )

    def _write_off(self, name: str, row: Words) -> None:
        currency = row.pop("currency", self.base)
        self.add(
            t.write_off,
            write_off_id=uid("write_off", name),
            customer_id=uid(row.pop("customer")),
            amount_minor=self.minor(row.pop("amount"), currency),
            currency=currency,
            written_off_on=self._date(row, "on"),
        )

    def _write_off_reversal(self, name: str, row: Words) -> None:
        write_off, amount = self._part_of("write_off", row.pop("write_off"), row.pop("amount"))
        self.add(
            "write_off_reversal",
            write_off_reversal_id=uid("write_off_reversal", name),
            write_off_id=write_off,
            amount_minor=amount,
            reversed_on=self._date(row, "on"),
            reason=row.pop("reason"),
            recorded_at=LONG_AGO,
        )

    def _allocation(self, name: str, row: Words) -> None:
        values: Words = {}
        if "reverses" in row:
            reversed_id = uid("allocation", row.pop("reverses"))
            found = select(t.allocation).where(t.allocation.c.allocation_id == reversed_id)
            original = self.connection.execute(found).mappings().one()
            values = {key: original[key] for key in ("from_kind", "from_id", "invoice_id", "due_seq")}
            currency = self._currency("invoice", values["invoice_id"])
            amount = (
                -self.minor(row.pop("amount"), currency) if "amount" in row else -original["amount_minor"]
            )
            values |= {"amount_minor": amount, "reverses_id": reversed_id}
        else:
            kind, source = self._kind(row["from"]), row.pop("from")
            invoice, _, seq = row.pop("to").partition("/")
            currency = self._currency("invoice", uid("invoice", invoice))
            values = {
                "from_kind": kind,
                "from_id": uid(kind, source),
                "invoice_id": uid("invoice", invoice),
                "due_seq": int(seq or 1),
                "amount_minor": self.minor(row.pop("amount"), currency),
            }
        self.add(
            t.allocation,
            allocation_id=uid("allocation", name),
            effective_on=self._date(row, "on"),
            recorded_at=LONG_AGO,
            **values,
        )

    def _limit(self, name: str, row: Words) -> None:
        currency, amount = row.pop("currency", self.base), row.pop("amount")
        end = row.pop("to", "")
        self.add(
            t.credit_limit,
            credit_limit_id=uid("limit", name),
            customer_id=uid(row.pop("customer")),
            currency=currency,
            limit_minor=None if amount == "unlimited" else self.minor(amount, currency),
            valid=Range(self.instant(row.pop("from", "2020-01-01")), self.instant(end) if end else None),
            status="approved",
            requested_by="ada",
            requested_at=LONG_AGO,
            approved_by="bob",
            decided_at=LONG_AGO,
        )

    def _rate(self, _name: str, row: str) -> None:
        words = re.fullmatch(r"1 (\w+) = ([\d.]+) (\w+) on (\S+)", row)
        assert words, f"rate: {row!r} is not of the form '1 USD = 0.90 EUR on 2026-01-01'"
        self.add(
            t.fx_rate,
            day=date.fromisoformat(words[4]),
            from_currency=words[1],
            to_currency=words[3],
            rate=Decimal(words[2]),
        )

    def _answer(self, name: str, row: Words) -> None:
        self.add(
            t.survey_response,
            response_id=uid("answer", name),
            kind=row.pop("survey"),
            respondent_hash=row.pop("by"),
            score=int(row.pop("score")),
            scale_max=int(row.pop("scale", 10)),
            at=self.instant(row.pop("at")),
        )

    def _job(self, name: str, row: Words) -> None:
        job, _, attempt = name.partition("/")
        self.add(
            t.job_run,
            job_run_id=uid("job", name),
            job_id=uid("job", job),
            queue=row.pop("queue"),
            job_name="send",
            state=row.pop("state"),
            attempt=int(attempt or 1),
            enqueued_at=self.instant(row.pop("enqueued")),
            started_at=self._maybe(row, "started"),
            heartbeat_at=self._maybe(row, "heartbeat"),
            finished_at=self._maybe(row, "finished"),
        )

    def _credential(self, name: str, row: Words) -> None:
        start, end = self.instant(row.pop("from")), row.pop("to", "")
        self.add(
            t.credential,
            customer_id=uid(row.pop("customer")),
            version=int(name[1:]),
            key_id="key",
            ciphertext=b"secret",
            fingerprint="fingerprint",
            valid=Range(start, self.instant(end) if end else None),
            rotated_at=start,
        )

    def _segment(self, name: str, row: Words) -> None:
        start, end = self.instant(row.pop("from")), row.pop("to", "")
        self.add(
            t.segment_assignment,
            assignment_id=uid("stay", name),
            customer_id=uid(row.pop("customer")),
            segment=row.pop("segment"),
            valid=Range(start, self.instant(end) if end else None),
        )

    def _schedule(self, _name: str, row: Words) -> None:
        attempt = self._maybe(row, "attempt")
        self.add(
            t.sync_schedule,
            customer_id=uid(row.pop("customer")),
            frequency=row.pop("frequency"),
            status=row.pop("status"),
            next_due_at=self._maybe(row, "due") or attempt,
            last_attempt_at=attempt,
            last_success_at=self._maybe(row, "success"),
        )

    def _run(self, name: str, row: Words) -> None:
        outcome = row.pop("outcome")
        self.add(
            t.sync_run,
            sync_run_id=uid("run", name),
            customer_id=uid(row.pop("customer")),
            trigger="scheduled",
            outcome=outcome,
            error_class="timeout" if outcome == "failure" else None,
            started_at=self.instant(row.pop("started")),
            finished_at=self.instant(row.pop("finished")),
        )

    def _import(self, name: str, row: Words) -> None:
        counts = {
            f"rows_{kind}": int(row.pop(kind, 0)) for kind in ("created", "updated", "unchanged", "skipped")
        }
        failed, accepted = int(row.pop("failed", 0)), sum(counts.values()) - counts["rows_skipped"]
        self.add(
            t.import_batch,
            import_batch_id=uid("import", name),
            format="csv",
            outcome=row.pop("outcome", None),
            rows_total=sum(counts.values()) + failed,
            rows_accepted=accepted,
            rows_rejected=failed,
            started_at=self.instant(row.pop("started")),
            finished_at=self._maybe(row, "finished"),
            undone_at=self._maybe(row, "undone"),
            **counts,
        )

    def _export(self, name: str, row: Words) -> None:
        self.add(
            t.export_run,
            export_run_id=uid("export", name),
            format=row.pop("format"),
            filter_type="all",
            outcome=row.pop("outcome", "success"),
            rows=1,
            size_bytes=int(row.pop("bytes")),
            duration_ms=1,
            at=self.instant(row.pop("at")),
        )

    def _event(self, _name: str, row: Words) -> None:
        customer = row.pop("customer", None)
        seconds = row.pop("seconds", None)
        self.add(
            t.event,
            event_type=row.pop("type"),
            customer_id=None if customer is None else uid(customer),
            occurred_at=self.instant(row.pop("at")),
            labels=row.pop("labels", {}),
            duration_ms=None if seconds is None else int(Decimal(seconds) * 1000),
        )

    def _audit(self, name: str, rows: Any) -> None:
        """Of the three kinds of rows, those of one; the log numbers its entries itself."""
        for key, row in rows.items() if isinstance(rows, dict) else enumerate(rows, start=1):
            if name == "entries":
                self.add(t.audit_log, actor="a", action="b", subject=str(key), at=self.instant(row))
            elif name == "seals":
                at = self.instant(row)
                self.add(t.audit_seal, seq=int(key), prev_seq=0, key_id="k", mac=b"m" * 32, sealed_at=at)
            else:
                assert name == "proofs", f"audit: unknown word {name}"
                checked, entries = row.pop("checked", "chain"), int(row.pop("rows"))
                self.add(
                    t.audit_verification,
                    verified_at=self.instant(row.pop("at")),
                    rows=entries,
                    checked=checked,
                    sealed_to=entries if checked == "seals" else None,
                    faults=int(row.pop("faults")),
                )
                assert not row, f"a proof: unknown words {row}"
        if isinstance(rows, dict):
            rows.clear()

    def _money(self, text: str) -> tuple[int, str]:
        amount, _, currency = text.partition(" ")
        return self.minor(amount, currency or self.base), currency or self.base

    def _maybe(self, row: Words, name: str) -> datetime | None:
        return self.instant(row.pop(name)) if row.get(name) else None

    def _date(self, row: Words, name: str) -> date | None:
        return date.fromisoformat(row.pop(name)) if row.get(name) else None

    def _kind(self, name: str) -> str:
        for kind in KINDS.values():
            table = t.metadata.tables[kind]
            key = table.c[f"{kind}_id"]
            if self.connection.execute(select(key).where(key == uid(kind, name))).first():
                return kind
        raise AssertionError(f"{name} is no payment, credit note or write-off")

    def _currency(self, kind: str, key: UUID) -> str:
        table = t.metadata.tables[kind]
        found = self.connection.execute(select(table.c.currency).where(table.c[f"{kind}_id"] == key))
        return str(found.scalar_one())

    def _part_of(self, kind: str, name: str, amount: str) -> tuple[UUID, int]:
        key = uid(kind, name)
        return key, self.minor(amount, self._currency(kind, key))


_WRITERS: Final[Mapping[str, Callable[[Business, str, Any], None]]] = {
    "customers": Business._write_customer,
    "plans": Business._plan,
    "subscriptions": Business._subscription,
    "invoices": Business._invoice,
    "payments": Business._payment,
    "payment_reversals": Business._payment_reversal,
    "credit_notes": Business._credit_note,
    "refunds": Business._refund,
    "write_offs": Business._write_off,
    "write_off_reversals": Business._write_off_reversal,
    "allocations": Business._allocation,
    "limits": Business._limit,
    "rates": Business._rate,
    "answers": Business._answer,
    "jobs": Business._job,
    "events": Business._event,
    "imports": Business._import,
    "exports": Business._export,
    "credentials": Business._credential,
    "segments": Business._segment,
    "schedules": Business._schedule,
    "runs": Business._run,
    "audit": Business._audit,
}


def _entries(rows: Any) -> Iterator[tuple[str, Any]]:
    """Rows with their names; rows of a list are numbered."""
    if isinstance(rows, dict):
        yield from rows.items()
    else:
        for number, row in enumerate(rows, start=1):
            yield str(number), row
