"""Each operation moves exactly the counters that count it, by exactly one, on the page that is served.

The customer has personal data in every field; the fixture `database` looks for it in all that came out.

One table of operations: what each writes into the audit log, which events, and which counters move. Nothing
else may move, of this company or of another.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from math import inf
from typing import TYPE_CHECKING, Any, Final

import pytest
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.utils import floatToGoString

from collectors.registry import create as create_collectors
from exporter.exposition.text import Format
from exporter.runtime import Exporter, exporter_engine
from exporter.settings.model import ExporterSettings
from ledgerscope.catalogue.areas import find
from ledgerscope.customers import Refused
from ledgerscope.customers.access.grants import Grants
from ledgerscope.customers.access.permissions import NEEDED
from ledgerscope.customers.aging import Agings
from ledgerscope.customers.audit import Audit, AuditKeys
from ledgerscope.customers.communications import Communications, NewCommunication
from ledgerscope.customers.contacts import Contacts, NewContact
from ledgerscope.customers.credentials import CredentialKeys, Credentials
from ledgerscope.customers.credit import Adjustment, Credit, NewLimit
from ledgerscope.customers.interactions import Interactions, NewInteraction
from ledgerscope.customers.lifecycle import CreatedCustomer, Customers, NewCustomer
from ledgerscope.customers.operations import Caller, Note, Operations
from ledgerscope.customers.receivables.operations import (
    CreditNotes,
    Finalise,
    Invoices,
    NewCreditNote,
    NewInvoice,
    NewPayment,
    Payments,
    WriteOffs,
)
from ledgerscope.customers.segments import Assignment, Segments
from ledgerscope.customers.settings import Settings
from ledgerscope.customers.statements import Folder, Period, Statements
from ledgerscope.customers.sync import Claim, Claims, Failure, Syncs
from ledgerscope.customers.transfers import ExportCustomers, Exports, ImportCustomers, Imports
from ledgerscope.customers.zuora import Login
from ledgerscope.domain.events import EventType
from tests.customers.zuora.server import running
from tests.thoroughness import sample

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from sqlalchemy import Engine

    from tests.customers.conftest import Clock, Ledger
    from tests.customers.zuora.server import ZuoraServer

CREATED = "customer_created_total"
UPDATED = "customer_updated_total"
DELETED = "customer_deleted_total"
STATUS = "customer_status_changed_total"
ADJUSTED = "customer_credit_limit_adjusted_total"
BREACH = "customer_credit_breach_total"
AGED = "customer_aging_updated_total"
CONTACT = "customer_contact_created_total"
LOGGED = "customer_communication_logged_total"
INTERACTION = "customer_interactions_total"
SYNC_RUN = "customer_sync_runs_total"
STATED = "customer_statement_generated_total"
UNSTATED = "customer_statement_generation_failed_total"
STATING = "customer_statement_generation_duration_seconds"
IMPORTED = "customer_import_processed_total"
UNIMPORTED = "customer_import_failed_total"
IMPORTING = "customer_import_processing_duration_seconds"
RECORDS = "customer_import_records_total"
EXPORTED = "customer_export_generated_total"
EXPORT_SIZE = "customer_export_file_size_bytes"
NOTE: Final = Note(reason="agreed")
KEYS: Final = AuditKeys("k", {"k": b"k" * 32})
OLD_KEYS: Final = CredentialKeys("old", {"old": b"o" * 32})
NEW_KEYS: Final = CredentialKeys("new", {"new": b"n" * 32, **OLD_KEYS.secrets})
CALL: Final = NewCommunication(channel="phone", direction="inbound", body="Canary asks")
FEBRUARY: Final = Period(date(2026, 2, 1), date(2026, 2, 28))


def moves(metric: str, **labels: str) -> str:
    """A series of acme, as it stands on the page but with its labels in alphabetical order."""
    return series(metric, {"company_id": "acme", **labels})


def series(name: str, labels: Mapping[str, str]) -> str:
    return name + "{" + ",".join(f"{label}={labels[label]}" for label in sorted(labels)) + "}"


def _le(bound: float) -> str:
    return str(floatToGoString(bound))  # type: ignore[no-untyped-call] # the library has no types here


def observed(metric: str, least: float, **labels: str) -> tuple[str, ...]:
    """What one observation moves: the count, and the buckets from the one that holds it on."""
    buckets = (*(bound for bound in find(metric).buckets if bound >= least), inf)
    return (
        moves(f"{metric}_count", **labels),
        *(moves(f"{metric}_bucket", le=_le(bound), **labels) for bound in buckets),
    )


def finished(status: str) -> tuple[str, ...]:
    """What a run of an hour moves, which is longer than any bucket but the last."""
    labels = {"queue": "sync", "job_name": "sync-customer", "status": status}
    took = "telecom_billing_job_processing_duration_seconds"
    run = moves(SYNC_RUN, outcome="success" if status == "completed" else "failure")
    return (run, moves("telecom_billing_jobs_total", **labels), *observed(took, 3600, **labels))


def done(result: Any) -> Any:
    """What an operation came to, which was no refusal."""
    assert not isinstance(result, Refused), result
    return result


class Desk:
    """A customer of acme, two people who work for it, its Zuora, and what operations begin from."""

    def __init__(self, app: Engine, clock: Clock, folder: Path, zuora: ZuoraServer) -> None:
        self.anna, self.ben = (
            Operations(app, Caller(tenant_id="acme", actor=actor), clock=clock) for actor in ("anna", "ben")
        )
        self.sealing = Operations(app, self.anna.caller, clock=clock, audit_keys=KEYS)
        self.folder, self.zuora = folder, zuora
        new = NewCustomer(
            name="Northwind", external_id="N-1", email="ann@northwind.example", phone="+43 1 555 1234",
            address="Canary Lane 7",
        )  # fmt: skip
        made = done(Customers(self.anna).create(new))
        assert isinstance(made, CreatedCustomer)
        self.customer = made.customer_id

    def file(self, *rows: Mapping[str, str]) -> Path:
        path = self.folder / "customers.json"
        path.write_text("\n".join(map(json.dumps, rows)))
        return path

    def invoice(self, total: int = 100, **more: Any) -> str:
        new = NewInvoice(customer_id=self.customer, total_minor=total, **more)
        return str(done(Invoices(self.anna).issue(new, NOTE)).invoice_id)

    def payment(self, minor: int = 100, **more: Any) -> str:
        new = NewPayment(customer_id=self.customer, amount_minor=minor, **more)
        return str(done(Payments(self.anna).receive(new, NOTE)).payment_id)

    def credit_note(self, minor: int = 100, **more: Any) -> str:
        new = NewCreditNote(customer_id=self.customer, amount_minor=minor, reason="goodwill", **more)
        return str(done(CreditNotes(self.anna).issue(new, NOTE)).credit_note_id)

    def limit(self, minor: int = 100) -> str:
        new = NewLimit(customer_id=self.customer, currency="EUR", limit_minor=minor)
        return str(done(Credit(self.anna).grant(new, NOTE)).credit_limit_id)

    def request(self, minor: int) -> str:
        asked = Adjustment(customer_id=self.customer, currency="EUR", limit_minor=minor)
        return str(done(Credit(self.anna).request_adjustment(asked, NOTE)).credit_limit_id)

    def contact(self, **more: Any) -> str:
        made = done(
            Contacts(self.anna).create(
                self.customer, NewContact(name="Ann Canary", email="ac@ex.example", **more)
            )
        )
        return str(made.contact_id)

    def interaction(self) -> str:
        new = NewInteraction(type="call", subject="Canary call", description="Canary said")
        return str(done(Interactions(self.anna).log(self.customer, new)).interaction_id)

    def segment(self) -> None:
        done(Segments(self.anna).assign(self.customer, Assignment(segment="vip")))

    def credentials(self, keys: CredentialKeys = OLD_KEYS) -> Credentials:
        return Credentials(self.anna, keys, allow=(self.zuora.host,))

    def save(self, secret: str) -> object:
        self.zuora.clients["client-1"] = secret
        return done(self.credentials().save(self.customer, self.zuora.login))

    def schedule(self) -> object:
        return done(Syncs(self.anna).schedule(self.customer, "weekly"))

    def run(self) -> Claim:
        self.schedule()
        (claim,) = done(Claims(self.anna, "w").claim()).claims
        assert isinstance(claim, Claim)
        return claim

    def statements(self) -> Statements:
        """Statements that take no time."""
        return Statements(self.anna, timer=lambda: 0.0)

    def imported(self) -> str:
        asked = ImportCustomers(path=self.file({"external_id": "I-1", "name": "One"}))
        return str(done(Imports(self.anna).run(asked)).import_batch_id)


def _nothing(_: Desk) -> Any:
    return None


@dataclass(frozen=True)
class Act:
    """An operation after what goes before it, and all that comes of it.

    `actions` are the entries of the audit log in their order, `events` how many of each type, `moved` the
    counters that move by one.
    """

    act: Callable[[Desk, Any], object]
    actions: tuple[str, ...]
    events: Mapping[EventType, int]
    moved: tuple[str, ...] = ()
    before: Callable[[Desk], Any] = field(default=_nothing)


E = EventType
ACTS: dict[str, Act] = {
    "create a customer": Act(
        lambda d, _: done(Customers(d.anna).create(NewCustomer(name="Second"))),
        ("customer.created",), {E.CUSTOMER_CREATED: 1}, (moves(CREATED, source="api", status="active"),),
    ),
    "update a customer": Act(
        lambda d, _: done(Customers(d.anna).update(d.customer, {"phone": "1"})),
        ("customer.updated",), {E.CUSTOMER_UPDATED: 1}, (moves(UPDATED, field_changed="phone"),),
    ),
    "update two fields": Act(
        lambda d, _: done(Customers(d.anna).update(d.customer, {"phone": "1", "terms_days": 7})),
        ("customer.updated",), {E.CUSTOMER_UPDATED: 2},
        (moves(UPDATED, field_changed="phone"),
         moves(UPDATED, field_changed="terms")),
    ),
    "update nothing": Act(
        lambda d, _: done(Customers(d.anna).update(d.customer, {"name": "Northwind"})), (), {},
    ),
    "change a status": Act(
        lambda d, _: done(Customers(d.anna).change_status(d.customer, "blocked", NOTE)),
        ("customer.status.changed",), {E.CUSTOMER_STATUS_CHANGED: 1},
        (moves(STATUS, from_status="active", to_status="blocked"),),
    ),
    "delete a customer": Act(
        lambda d, _: done(Customers(d.anna).delete(d.customer, "closed")),
        ("customer.deleted",), {E.CUSTOMER_DELETED: 1}, (moves(DELETED, reason="closed", mode="soft"),),
    ),
    "erase a customer": Act(
        lambda d, _: done(Customers(d.anna).erase(d.customer)),
        ("customer.erased",), {E.CUSTOMER_DELETED: 1}, (moves(DELETED, reason="erasure", mode="hard"),),
    ),
    "be refused": Act(lambda d, _: Customers(d.anna).create(NewCustomer(name="")), (), {}),
    "ask twice with one key": Act(
        lambda d, _: [done(Customers(d.anna).create(NewCustomer(name="K"), Note(key="k"))) for _ in "12"],
        ("customer.created",), {E.CUSTOMER_CREATED: 1}, (moves(CREATED, source="api", status="active"),),
    ),
    "create a contact": Act(
        lambda d, _: d.contact(), ("contact.created",), {E.CONTACT_CREATED: 1},
        (moves(CONTACT, contact_type="general", is_primary="true"),),
    ),
    "create a second contact": Act(
        lambda d, _: d.contact(contact_type="billing"), ("contact.created",), {E.CONTACT_CREATED: 1},
        (moves(CONTACT, contact_type="billing", is_primary="false"),), before=Desk.contact,
    ),
    "update a contact": Act(
        lambda d, contact: done(Contacts(d.anna).update(contact, {"phone": "1"})),
        ("contact.updated",), {E.CONTACT_UPDATED: 1}, before=Desk.contact,
    ),
    "remove a contact": Act(
        lambda d, contact: done(Contacts(d.anna).remove(contact)),
        ("contact.removed",), {E.CONTACT_REMOVED: 1}, before=Desk.contact,
    ),
    "log a communication": Act(
        lambda d, _: done(
            Communications(d.anna).log(d.customer, CALL)
        ),
        ("communication.logged",), {E.COMMUNICATION_LOGGED: 1},
        (moves(LOGGED, channel="phone", direction="inbound"),),
    ),
    "log an interaction": Act(
        lambda d, _: d.interaction(), ("interaction.logged",), {E.INTERACTION_LOGGED: 1},
        (moves(INTERACTION, type="call", status="pending"),),
    ),
    "start an interaction": Act(
        lambda d, one: done(Interactions(d.anna).start(one)),
        ("interaction.status.changed",), {E.INTERACTION_STATUS_CHANGED: 1}, before=Desk.interaction,
    ),
    "complete an interaction": Act(
        lambda d, one: done(Interactions(d.anna).complete(one)),
        ("interaction.status.changed",), {E.INTERACTION_STATUS_CHANGED: 1}, before=Desk.interaction,
    ),
    "cancel an interaction": Act(
        lambda d, one: done(Interactions(d.anna).cancel(one)),
        ("interaction.status.changed",), {E.INTERACTION_STATUS_CHANGED: 1}, before=Desk.interaction,
    ),
    "assign a segment": Act(
        lambda d, _: d.segment(), ("segment.assigned",), {E.SEGMENT_ASSIGNED: 1},
    ),
    "replace a segment": Act(
        lambda d, _: done(Segments(d.anna).replace(d.customer, Assignment(segment="vip", value=Decimal(7)))),
        ("segment.replaced",), {E.SEGMENT_REPLACED: 1}, before=Desk.segment,
    ),
    "end a segment": Act(
        lambda d, _: done(Segments(d.anna).end(d.customer, "vip")),
        ("segment.removed",), {E.SEGMENT_REMOVED: 1}, before=Desk.segment,
    ),
    "grant a limit": Act(
        lambda d, _: d.limit(),
        ("credit.limit.granted",), {E.CREDIT_LIMIT_GRANTED: 1},
    ),
    "ask for a higher limit": Act(
        lambda d, _: d.request(200),
        ("credit.limit.requested",), {E.CREDIT_LIMIT_ADJUSTMENT_REQUESTED: 1},
        (moves(ADJUSTED, adjustment_type="increase", status="requested"),), before=Desk.limit,
    ),
    "approve a limit": Act(
        lambda d, limit: done(Credit(d.ben).approve(limit, NOTE)),
        ("credit.limit.decided",), {E.CREDIT_LIMIT_ADJUSTED: 1},
        (moves(ADJUSTED, adjustment_type="increase", status="approved"),),
        before=lambda d: (d.limit(), d.request(200))[1],
    ),
    "reject a limit": Act(
        lambda d, limit: done(Credit(d.ben).reject(limit, NOTE)),
        ("credit.limit.decided",), {E.CREDIT_LIMIT_REJECTED: 1},
        (moves(ADJUSTED, adjustment_type="decrease", status="rejected"),),
        before=lambda d: (d.limit(), d.request(50))[1],
    ),
    "draft an invoice": Act(
        lambda d, _: done(Invoices(d.anna).draft(NewInvoice(customer_id=d.customer, total_minor=100))),
        ("invoice.drafted",), {E.INVOICE_DRAFTED: 1},
    ),
    "issue an invoice": Act(
        lambda d, _: d.invoice(), ("invoice.issued",), {E.INVOICE_FINALISED: 1},
    ),
    "finalise a draft": Act(
        lambda d, draft: done(Invoices(d.anna).finalise(Finalise(invoice_id=draft.invoice_id))),
        ("invoice.issued",), {E.INVOICE_FINALISED: 1},
        before=lambda d: done(
            Invoices(d.anna).draft(NewInvoice(customer_id=d.customer, total_minor=100))
        ),
    ),
    "be refused for the limit": Act(
        lambda d, _: Invoices(d.anna).issue(NewInvoice(customer_id=d.customer, total_minor=105)),
        ("invoice.refused",), {E.CREDIT_LIMIT_BREACHED: 1},
        (moves(BREACH, severity="warning", override_used="false"),),
        before=Desk.limit,
    ),
    "override the limit": Act(
        lambda d, _: d.invoice(200, override_by="boss-1"),
        ("invoice.issued",), {E.INVOICE_FINALISED: 1, E.CREDIT_LIMIT_BREACHED: 1},
        (moves(BREACH, severity="critical", override_used="true"),), before=Desk.limit,
    ),
    "void an invoice": Act(
        lambda d, invoice: done(Invoices(d.anna).void(invoice, NOTE)),
        ("invoice.voided",), {E.INVOICE_VOIDED: 1}, before=Desk.invoice,
    ),
    "receive a payment": Act(
        lambda d, _: d.payment(), ("payment.received",), {E.PAYMENT_SUCCEEDED: 1},
    ),
    "allocate a payment": Act(
        lambda d, payment: done(Payments(d.anna).allocate(payment)),
        ("payment.allocated",), {E.MONEY_ALLOCATED: 1},
        before=lambda d: (d.payment(), d.invoice())[0],
    ),
    "reverse a payment": Act(
        lambda d, payment: done(Payments(d.anna).reverse(payment, "bounced")),
        ("payment.reversed",), {E.PAYMENT_REVERSED: 1}, before=Desk.payment,
    ),
    "refund a payment": Act(
        lambda d, payment: done(Payments(d.anna).refund(payment, 100)),
        ("payment.refunded",), {E.MONEY_REFUNDED: 1}, before=Desk.payment,
    ),
    "issue a credit note": Act(
        lambda d, _: d.credit_note(), ("credit_note.issued",), {E.CREDIT_NOTE_ISSUED: 1},
    ),
    "allocate a credit note": Act(
        lambda d, credit: done(CreditNotes(d.anna).allocate(credit)),
        ("credit_note.allocated",), {E.MONEY_ALLOCATED: 1},
        before=lambda d: (d.credit_note(), d.invoice())[0],
    ),
    "refund a credit note": Act(
        lambda d, credit: done(CreditNotes(d.anna).refund(credit, 100)),
        ("credit_note.refunded",), {E.MONEY_REFUNDED: 1}, before=Desk.credit_note,
    ),
    "write off a debt": Act(
        lambda d, invoice: done(WriteOffs(d.anna).write_off(invoice, NOTE, approved_by="boss-1")),
        ("debt.written_off",), {E.DEBT_WRITTEN_OFF: 1}, before=Desk.invoice,
    ),
    "let a debt stand again": Act(
        lambda d, one: done(WriteOffs(d.anna).reverse(one.write_off_id, "error")),
        ("debt.restored",), {E.WRITE_OFF_REVERSED: 1},
        before=lambda d: done(WriteOffs(d.anna).write_off(d.invoice(), NOTE, approved_by="boss-1")),
    ),
    "make a statement": Act(
        lambda d, _: done(d.statements().generate(d.customer, "EUR", FEBRUARY, "csv")),
        ("statement.generated",), {E.STATEMENT_GENERATED: 1},
        (
            moves(STATED, format="csv", delivery_method="download", outcome="success"),
            *observed(STATING, 0, format="csv", period_months="1"),
        ),
    ),
    "fail to deliver a statement": Act(
        lambda d, _: done(
            d.statements().generate(
                d.customer, "EUR", FEBRUARY, "csv", delivery=Folder(d.file() / "no folder")
            )
        ),
        ("statement.failed",), {E.STATEMENT_FAILED: 1},
        (
            moves(STATED, format="csv", delivery_method="file", outcome="failure"),
            moves(UNSTATED, format="csv", delivery_method="file", reason_class="delivery"),
        ),
    ),
    "refresh the aging": Act(
        lambda d, _: done(Agings(d.anna).refresh()),
        ("aging.refreshed",), {E.AGING_SNAPSHOT_REFRESHED: 1}, (moves(AGED, trigger="on_demand"),),
    ),
    "give a grant": Act(
        lambda d, _: done(Grants(d.anna).give(d.customer, "eve")),
        ("access.granted",), {E.ACCESS_GRANTED: 1},
    ),
    "revoke a grant": Act(
        lambda d, _: done(Grants(d.anna).revoke(d.customer, "eve")),
        ("access.revoked",), {E.ACCESS_REVOKED: 1},
        before=lambda d: done(Grants(d.anna).give(d.customer, "eve")),
    ),
    "import two customers": Act(
        lambda d, _: done(Imports(d.anna).run(ImportCustomers(path=d.file(
            {"external_id": "N-1", "name": "Northwind", "phone": "7"}, {"external_id": "I-1", "name": "One"}
        )))),
        ("customers.import.started", "customer.updated", "customer.created", "customers.imported"),
        {
            E.CUSTOMER_CREATED: 1, E.CUSTOMER_UPDATED: 1, E.CUSTOMERS_IMPORTED: 1,
            E.CUSTOMER_IMPORT_BATCH_COMPLETED: 1,
        },
        (
            moves(CREATED, source="import", status="active"), moves(UPDATED, field_changed="phone"),
            moves(IMPORTED, format="json", status="success"),
            moves(RECORDS, outcome="created"), moves(RECORDS, outcome="updated"),
            *observed(IMPORTING, 0, format="json", size_class="0-99"),
        ),
    ),
    "fail to import": Act(
        lambda d, _: done(Imports(d.anna).run(ImportCustomers(path=d.file({"external_id": "I-1"})))),
        ("customers.import.started", "customers.imported"),
        {E.CUSTOMERS_IMPORTED: 1, E.IMPORT_FAILED: 1, E.CUSTOMER_IMPORT_BATCH_COMPLETED: 1},
        (
            moves(IMPORTED, format="json", status="failure"), moves(UNIMPORTED, format="json", reason="rows"),
            moves(RECORDS, outcome="failed"), *observed(IMPORTING, 0, format="json", size_class="0-99"),
        ),
    ),
    "undo an import": Act(
        lambda d, batch: done(Imports(d.anna).undo(batch)),
        ("customer.erased", "customers.import.undone"), {E.CUSTOMER_DELETED: 1},
        (moves(DELETED, reason="other", mode="hard"),),
        before=Desk.imported,
    ),
    "export customers": Act(
        lambda d, _: done(Exports(d.anna).to_file(ExportCustomers(), d.folder / "out.csv")),
        ("customers.exported",), {E.CUSTOMERS_EXPORTED: 1},
        (
            moves(EXPORTED, format="csv", filter_type="all", outcome="success"),
            *observed(EXPORT_SIZE, 0, format="csv"),
        ),
    ),
    "change a setting": Act(
        lambda d, _: done(Settings(d.anna).set(d.customer, {"export.format": "json"})),
        ("customer.settings.changed",), {E.CUSTOMER_SETTING_CHANGED: 1},
    ),
    "schedule a synchronisation": Act(
        lambda d, _: d.schedule(), ("sync.scheduled",), {E.SYNC_SCHEDULED: 1},
    ),
    "pause a synchronisation": Act(
        lambda d, _: done(Syncs(d.anna).pause(d.customer)),
        ("sync.paused",), {E.SYNC_PAUSED: 1}, before=Desk.schedule,
    ),
    "resume a synchronisation": Act(
        lambda d, _: done(Syncs(d.anna).resume(d.customer)),
        ("sync.resumed",), {E.SYNC_RESUMED: 1},
        before=lambda d: (d.schedule(), done(Syncs(d.anna).pause(d.customer))),
    ),
    "ask for a synchronisation": Act(
        lambda d, _: done(Syncs(d.anna).request_now(d.customer)),
        ("sync.requested",), {E.SYNC_REQUESTED: 1},
        before=lambda d: done(Claims(d.anna, "w").succeed(d.run(), (), 1)),
    ),
    "begin a synchronisation": Act(
        lambda d, _: done(Claims(d.anna, "w").claim()),
        ("sync.started",), {E.SYNC_STARTED: 1}, before=Desk.schedule,
    ),
    "end a synchronisation": Act(
        lambda d, run: done(Claims(d.anna, "w").succeed(run, (), 1)),
        ("sync.succeeded",), {E.SYNC_SUCCEEDED: 1, E.JOB_FINISHED: 1}, finished("completed"),
        before=Desk.run,
    ),
    "fail in a synchronisation": Act(
        lambda d, run: done(Claims(d.anna, "w").fail(run, Failure("timeout"), 1)),
        ("sync.failed",), {E.SYNC_FAILED: 1, E.JOB_FINISHED: 1}, finished("failed"),
        before=Desk.run,
    ),
    "find a synchronisation abandoned": Act(
        lambda d, _: done(Claims(d.anna, "w").claim()),
        ("sync.failed",), {E.SYNC_FAILED: 1, E.JOB_FINISHED: 1}, finished("failed"),
        before=Desk.run,
    ),
    "save a credential": Act(
        lambda d, _: d.save("first"),
        ("credential.saved", "sync.scheduled"), {E.CREDENTIAL_SAVED: 1, E.SYNC_SCHEDULED: 1},
    ),
    "save another credential": Act(
        lambda d, _: d.save("second"), ("credential.saved",), {E.CREDENTIAL_ROTATED: 1},
        (moves("customer_credential_rotation_total", outcome="success"),),
        before=lambda d: d.save("first"),
    ),
    "be refused by the outside system": Act(
        lambda d, _: d.credentials().save(d.customer, Login(d.zuora.url, "client-1", "wrong")),
        ("credential.rejected",), {E.CREDENTIAL_SAVED: 1},
    ),
    "be refused another credential": Act(
        lambda d, _: d.credentials().save(d.customer, Login(d.zuora.url, "client-1", "wrong")),
        ("credential.rejected",), {E.CREDENTIAL_ROTATED: 1},
        (moves("customer_credential_rotation_total", outcome="failure"),), before=lambda d: d.save("first"),
    ),
    "open a credential": Act(
        lambda d, _: done(d.credentials().open(d.customer, "support")),
        ("credential.opened",), {E.CREDENTIAL_ACCESSED: 1},
        (moves("customer_credential_access_total", action="support"),), before=lambda d: d.save("first"),
    ),
    "revoke a credential": Act(
        lambda d, _: done(d.credentials().revoke(d.customer)),
        ("credential.revoked",), {E.CREDENTIAL_REVOKED: 1}, before=lambda d: d.save("first"),
    ),
    "encrypt a credential anew": Act(
        lambda d, _: done(d.credentials(NEW_KEYS).reencrypt()),
        ("credential.reencrypted",), {}, before=lambda d: d.save("first"),
    ),
    "hold credit": Act(
        lambda d, _: done(Credit(d.anna).hold(d.customer)), ("credit.held",), {E.CREDIT_HOLD_PLACED: 1},
    ),
    "release credit": Act(
        lambda d, _: done(Credit(d.anna).release(d.customer)),
        ("credit.released",), {E.CREDIT_HOLD_RELEASED: 1},
        before=lambda d: done(Credit(d.anna).hold(d.customer)),
    ),
    "adopt entries": Act(lambda d, _: done(Audit(d.sealing).seal()), ("audit.sealed",), {}),
}  # fmt: skip
"""Every operation that writes, each with a customer of its own."""

NO_OPERATION: Final = "the billing application and the demo write it; no operation does"
EXEMPT: dict[EventType, str] = dict.fromkeys(
    (
        E.SUBSCRIPTION_CREATED, E.SUBSCRIPTION_CHANGED, E.SUBSCRIPTION_ENDED, E.SUBSCRIPTION_PAUSED,
        E.SUBSCRIPTION_RESUMED, E.CUSTOMER_WON, E.CUSTOMER_LOST, E.CUSTOMER_REGAINED, E.PAYMENT_FAILED,
        E.NPS_ANSWERED, E.CSAT_ANSWERED, E.TICKET_OPENED, E.TICKET_CLOSED,
    ),
    NO_OPERATION,
)  # fmt: skip
"""Types without a row in the table, each with the reason."""
EXEMPT_ACTIONS: dict[str, str] = {
    "customers.import.rows": "the rows of a file, each of which is audited as what it changes",
    "requests.pruned": "lets keys go, and audits nothing of a customer",
}
"""Actions without a row in the table, each with the reason."""


class Page:
    """Counts events as they are served: collected by all collectors and read from the page's text."""

    def __init__(self, exporter: Exporter, ledger: Ledger) -> None:
        self._exporter = exporter
        self._ledger = ledger

    def counters(self) -> dict[str, float]:
        """Every counter and every count of a histogram, by its series."""
        self._exporter.collect_once()
        text = self._exporter.scrape.body(Format.TEXT, gzip=False).decode()
        return {
            series(one.name, one.labels): one.value
            for family in text_string_to_metric_families(text)
            if family.type in {"counter", "histogram"}
            for one in family.samples
            if "company_id" in one.labels and not one.name.endswith(("_created", "_sum"))
        }

    def events(self) -> Counter[str]:
        return Counter(row.event_type for row in self._ledger.rows("select event_type from event"))

    def actions(self) -> list[str]:
        return [row.action for row in self._ledger.rows("select action from audit_log order by seq")]


@pytest.fixture(scope="module")
def zuora() -> Iterator[ZuoraServer]:
    with running() as server:
        yield server


@pytest.fixture
def page(exporter_url: str, ledger: Ledger, clock: Clock) -> Iterator[Page]:
    settings = ExporterSettings()
    engine = exporter_engine(exporter_url, settings)
    exporter = Exporter(settings, create_collectors(), engine, clock=clock)
    yield Page(exporter, ledger)
    exporter.stop()
    engine.dispose()


@pytest.mark.parametrize("name", sample(ACTS, 4))
def test_an_operation_moves_its_counters_by_one(
    name: str, page: Page, app: Engine, clock: Clock, tmp_path: Path, zuora: ZuoraServer
) -> None:
    one, desk = ACTS[name], Desk(app, clock, tmp_path, zuora)
    start = one.before(desk)
    clock.forward(hours=1)
    counters, events, actions = page.counters(), page.events(), page.actions()
    one.act(desk, start)
    after = page.counters()
    assert page.actions()[len(actions) :] == list(one.actions)
    assert page.events() - events == Counter({kind.value: n for kind, n in one.events.items()})
    moved = {key: after[key] - counters.get(key, 0) for key in after if after[key] != counters.get(key, 0)}
    assert moved == dict.fromkeys(one.moved, 1)
    assert counters.keys() <= after.keys()


def test_each_event_and_each_action_of_the_audit_log_has_a_row() -> None:
    assert {kind for one in ACTS.values() for kind in one.events} == set(EventType) - EXEMPT.keys()
    assert {
        action for one in ACTS.values() for action in one.actions
    } == NEEDED.keys() - EXEMPT_ACTIONS.keys()
