"""Rows and events of the customer operations are made by their decisions, and nowhere else.

Outside `ledgerscope.customers` and `ledgerscope.store` nobody makes a record of their tables, an update of
one, one of their events, or a statement that writes to their tables. What does is listed with its reason.
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from ledgerscope.domain.events import EventType
from ledgerscope.store.records import TABLE_OF
from ledgerscope.store.tables import metadata

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).parent.parent
PACKAGES: Final = ("ledgerscope", "exporter", "collectors", "rules", "dashboards", "alertmanager")
MAKERS: Final = ("ledgerscope/customers", "ledgerscope/store")
TABLES_OF_OTHERS: Final = {
    "tenant", "currency", "fx_rate", "plan", "marketing_spend", "activity_day", "milestone", "ticket",
    "ticket_event", "survey_response", "payment_attempt", "job_run", "event", "event_rollup",
    "exporter_checkpoint",
}  # fmt: skip
"""Companies and what they offer, what the application and its workers record, and the exporter's own."""
EVENTS_OF_OTHERS: Final = {
    EventType.NPS_ANSWERED, EventType.CSAT_ANSWERED, EventType.TICKET_OPENED, EventType.TICKET_CLOSED,
    EventType.PAYMENT_FAILED, EventType.JOB_FINISHED,
}  # fmt: skip
TABLES: Final = set(metadata.tables) - TABLES_OF_OTHERS
RECORDS: Final = {kind.__name__ for kind, table in TABLE_OF.items() if table.name in TABLES}
EVENTS: Final = {each.name for each in set(EventType) - EVENTS_OF_OTHERS}
READS: Final = {"EventCounter"}
"""What takes a type of events to count them."""
STATEMENTS: Final = {"insert", "update", "delete", "change"}
KEPT_ALLOCATIONS: Final = (
    "another program voids an invoice and leaves what was set against it; the operation always frees it,"
    " and the metrics must count right what it would never write"
)
STILL_SUBSCRIBED: Final = (
    "another program deletes a customer whose subscription runs; the operation refuses that,"
    " and the metrics must count right what it would never write"
)
NO_RECURRING_PRICE: Final = (
    "another program keeps versions that are worth nothing a month, as free months, or are billed by use;"
    " the operations keep none, and the metrics must not count them as revenue"
)
ALLOWED: Final = {
    "ledgerscope/demo/history/cases.py": {
        "Update(Invoice)": KEPT_ALLOCATIONS,
        "EventType.INVOICE_VOIDED": KEPT_ALLOCATIONS,
        "Update(Customer)": STILL_SUBSCRIBED,
        "EventType.CUSTOMER_DELETED": STILL_SUBSCRIBED,
        "SubscriptionVersion": NO_RECURRING_PRICE,
    },
}
"""What is made elsewhere, by file, each with the reason."""


def test_nobody_else_makes_rows_or_events_of_the_operations() -> None:
    found = {
        name: made
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
        if not (name := path.relative_to(ROOT).as_posix()).startswith(MAKERS)
        and (made := set(made_in(ast.parse(path.read_text(encoding="utf-8")))))
    }
    assert found == {name: set(reasons) for name, reasons in ALLOWED.items()}


@pytest.mark.parametrize(
    ("source", "made"),
    [
        ("from ledgerscope.store.records import Customer\nCustomer('acme')", "Customer"),
        ("from ledgerscope.store.records import Customer as C\nC('acme')", "Customer"),
        ("from ledgerscope.store.records.receivables import Invoice\nInvoice()", "Invoice"),
        ("from ledgerscope.store import records as r\nr.Payment()", "Payment"),
        ("from ledgerscope.store import records\nx = records.Payment._make(row)", "Payment"),
        ("from ledgerscope.store.records import Contact\nUpdate(Contact, key, {})", "Update(Contact)"),
        ("make_event('acme', EventType.PAYMENT_SUCCEEDED, now)", "EventType.PAYMENT_SUCCEEDED"),
        ("agenda.emit(EventType.CUSTOMER_CREATED, when)", "EventType.CUSTOMER_CREATED"),
        ("from ledgerscope.store import tables as t\nt.invoice.update().values(a=1)", "update invoice"),
        ("from ledgerscope.store import tables\ninsert(tables.customer).values(a=1)", "insert customer"),
        ("from ledgerscope.store.tables import contact\ndelete(contact)", "delete contact"),
        ("text('delete from audit_log where true')", "delete from audit_log"),
    ],
)
def test_it_is_found_in_each_form(source: str, made: str) -> None:
    assert set(made_in(ast.parse(source))) == {made}


@pytest.mark.parametrize(
    "source",
    [
        "from ledgerscope.store.records import JobRun\nJobRun('acme')",
        "from ledgerscope.store.records import Customer\nbatch.of(Customer)",
        "from ledgerscope.customers.receivables import Refund\nRefund(moment)",
        "agenda.emit(EventType.NPS_ANSWERED, when)",
        "last == EventType.CUSTOMER_LOST",
        "from ledgerscope.store import tables as t\nselect(t.customer)",
        "from ledgerscope.store import tables as t\ninsert(t.activity_day)",
        "contacts.update(contact, wanted)",
        "'the customer is deleted from lists'",
    ],
)
def test_what_reads_and_what_belongs_to_others_is_none(source: str) -> None:
    assert set(made_in(ast.parse(source))) == set()


def made_in(tree: ast.Module) -> Iterator[str]:
    """What a module makes of the operations' rows and events."""
    names = dict(records_of(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from made_by_call(node, names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from written_by_sql(node.value)


def records_of(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """The names under which a module has records and tables of the operations, and the modules of both."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("ledgerscope.store"):
            for each in node.names:
                if each.name in (*RECORDS, *TABLES, "records", "tables"):
                    yield each.asname or each.name, each.name


def made_by_call(call: ast.Call, names: dict[str, str]) -> Iterator[str]:
    function = call.func
    made = record(function, names) or (
        record(function.value, names) if isinstance(function, ast.Attribute) else None
    )
    if made is not None:
        yield made
    called = last_name(function)
    if called == "Update" and call.args and (kind := record(call.args[0], names)) is not None:
        yield f"Update({kind})"
    for argument in (*call.args, *(each.value for each in call.keywords)):
        named = isinstance(argument, ast.Attribute) and last_name(argument.value) == "EventType"
        if named and last_name(argument) in EVENTS and called not in READS:
            yield f"EventType.{last_name(argument)}"
    if called in STATEMENTS:
        of = function.value if isinstance(function, ast.Attribute) else None
        for each in (of, *call.args):
            if (table := written_table(each, names)) is not None:
                yield f"{called} {table}"


def record(node: ast.expr, names: dict[str, str]) -> str | None:
    """The record of the operations that an expression names."""
    if isinstance(node, ast.Name):
        return names.get(node.id) if names.get(node.id) in RECORDS else None
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return node.attr if names.get(node.value.id) == "records" and node.attr in RECORDS else None
    return None


def written_table(node: ast.expr | None, names: dict[str, str]) -> str | None:
    """The table of the operations that an expression names."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return node.attr if names.get(node.value.id) == "tables" and node.attr in TABLES else None
    name = names.get(node.id) if isinstance(node, ast.Name) else None
    return name if name in TABLES else None


def last_name(node: ast.expr | None) -> str | None:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else None


def written_by_sql(text: str) -> Iterator[str]:
    """Statements of SQL that write to a table of the operations."""
    words = text.lower().split()
    for verb, rest in (("insert into", 2), ("delete from", 2), ("update", 1), ("copy", 1)):
        if " ".join(words[:rest]) == verb and len(words) > rest and words[rest].strip("(") in TABLES:
            yield f"{verb} {words[rest].strip('(')}"
