"""An operation writes one line: who asked, about whom, how it ended, and nothing of what was asked."""

from __future__ import annotations

import io
import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from ledgerscope.customers import Refused
from ledgerscope.customers.audit import Audit
from ledgerscope.customers.credit import Credit, NewLimit
from ledgerscope.customers.lifecycle import CreatedCustomer, Customers, ListCustomers, NewCustomer
from ledgerscope.customers.operations import Caller, Note, Operations, UnknownCompany
from ledgerscope.customers.operations.telling import Telling
from ledgerscope.customers.receivables.operations import Invoices, NewInvoice
from ledgerscope.logs import LogTo, configured
from ledgerscope.store.errors import Cancelled, Exhausted, StoreFault, Timeout, Unreachable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Engine

    from tests.customers.conftest import Clock


NEW = NewCustomer(name="Northwind")


class Lines:
    """The lines of a block, read when it has ended."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def all(self) -> list[Any]:
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]

    @property
    def one(self) -> Any:
        (line,) = self.all
        return line


@contextmanager
def logged() -> Iterator[Lines]:
    lines = Lines()
    with configured(LogTo(level="debug", format="json", stream=lines.stream)):
        yield lines


def test_a_change_is_one_line_with_the_fields_of_the_schema(operations: Operations) -> None:
    new = NewCustomer(name="Northwind", email="ann@northwind.example", phone="+43 1 5551234")
    with logged() as lines:
        made = Customers(operations).create(new, Note(reason="for Ann"))
    assert isinstance(made, CreatedCustomer)
    line = lines.one
    assert line["context"].pop("duration_ms") >= 0
    assert line["context"] == {
        "company_id": "acme", "user_id": "anna", "customer_id": made.customer_id,
        "customer_number": "C-000001", "operation": "customer.created", "source": "api",
        "correlation_id": "c-1",
    }  # fmt: skip
    assert (line["level"], line["message"]) == ("info", "Customer created")
    for private in ("Northwind", "ann@", "5551234", "for Ann"):
        assert private not in lines.stream.getvalue()


def test_a_repeated_request_says_so(operations: Operations) -> None:
    Customers(operations).create(NewCustomer(name="N"), Note(key="k"))
    with logged() as lines:
        Customers(operations).create(NewCustomer(name="N"), Note(key="k"))
    assert lines.one["message"] == "Repeated: customer created"


def test_reading_is_a_line_too(operations: Operations, northwind: str) -> None:
    with logged() as lines:
        Customers(operations).get(northwind)
        Customers(operations).list(ListCustomers(text="northwind"))
    assert [(each["message"], each["context"].get("customer_id")) for each in lines.all] == [
        ("Customers get", northwind),
        ("Customers list", None),
    ]
    assert "northwind" not in lines.stream.getvalue()


@pytest.mark.parametrize(
    ("ask", "operation", "fault"),
    [
        (lambda o: Customers(o).create(NewCustomer(name="")), "customer.created", "invalid"),
        (lambda o: Customers(o).update("f" * 32, {"phone": "1"}), "customer.updated", "not found"),
        (lambda o: Customers(o).get("f" * 32), "customers.get", "not found"),
        (lambda o: Customers(o).create(NEW, Note(key="")), "customer.created", "invalid"),
        (lambda o: Customers(o).create(NEW, Note(reason="")), "customer.created", "invalid"),
    ],
)  # fmt: skip
def test_a_refusal_is_a_warning_without_the_words_of_the_request(
    operations: Operations, ask: Callable[[Operations], object], operation: str, fault: str
) -> None:
    with logged() as lines:
        assert isinstance(ask(operations), Refused)
    line = lines.one
    assert (line["level"], line["context"]["operation"]) == ("warning", operation)
    assert line["context"]["fault"] == fault
    assert line["message"].startswith("Refused: ")


def test_what_may_not_be_done_is_a_warning(app: Engine, clock: Clock, ledger: object) -> None:
    nobody = Operations(app, Caller(tenant_id="acme", actor="eve", permissions=frozenset()), clock=clock)
    with logged() as lines:
        Customers(nobody).create(NewCustomer(name="N"))
        Audit(nobody).list()
    assert [each["context"]["fault"] for each in lines.all] == ["forbidden", "forbidden"]


def test_a_breach_of_a_credit_limit_is_a_warning(app: Engine, clock: Clock, ledger: object) -> None:
    anna = Operations(app, Caller(tenant_id="acme", actor="anna"), clock=clock)
    made = Customers(anna).create(NewCustomer(name="N"))
    assert isinstance(made, CreatedCustomer)
    Credit(anna).grant(NewLimit(customer_id=made.customer_id, currency="EUR", limit_minor=100))
    with logged() as lines:
        Invoices(anna).issue(NewInvoice(customer_id=made.customer_id, total_minor=200))
    (line,) = (each for each in lines.all if "breached" in each["message"])
    assert line["level"] == "warning"
    assert line["context"]["customer_id"] == made.customer_id


def test_a_company_that_there_is_not_is_a_warning_without_a_traceback(
    operations_of: Callable[[str], Operations],
) -> None:
    with logged() as lines, pytest.raises(UnknownCompany):
        Customers(operations_of("nobody")).create(NewCustomer(name="Northwind"))
    line = lines.one
    assert (line["level"], line["context"]["error"]) == ("warning", "UnknownCompany")
    assert "there is no company 'nobody'" in line["context"]["reason"]
    assert "exception" not in line["context"]
    assert "Northwind" not in lines.stream.getvalue()


@pytest.mark.parametrize(
    ("error", "level", "field"),
    [
        (Timeout("canceling statement due to statement timeout"), "warning", "reason"),
        (Cancelled("canceling statement due to user request"), "warning", "reason"),
        (Unreachable("the server closed the connection"), "error", "reason"),
        (Exhausted("too many clients"), "error", "reason"),
        (StoreFault("not foreseen"), "error", "exception"),
        (ZeroDivisionError("division by zero"), "error", "exception"),
    ],
)
def test_only_a_fault_of_the_program_has_a_traceback(error: Exception, level: str, field: str) -> None:
    with (
        logged() as lines,
        pytest.raises(type(error)),
        Telling(Caller(tenant_id="acme", actor="anna"), "a.b"),
    ):
        raise error
    context = lines.one["context"]
    assert (lines.one["level"], context["error"]) == (level, type(error).__name__)
    assert str(error) in context[field]
    assert len({"reason", "exception"} & context.keys()) == 1


@pytest.mark.parametrize("actor", ["+43 664 1234567", "0043 (664) 123-4567", "436641234567"])
def test_whoever_is_named_by_a_number_is_masked(actor: str) -> None:
    with logged() as lines, Telling(Caller(tenant_id="acme", actor=actor), "customers.get"):
        pass
    assert lines.one["context"]["user_id"] == "[masked]"


@pytest.mark.parametrize(
    "actor", ["anna", "user-17", "4711", "auth0|5f7c8ec7c33c6c004bbafe82", "9b2f3c1e7a5d3c21"]
)
def test_whoever_is_named_by_an_identifier_is_not(actor: str) -> None:
    with logged() as lines, Telling(Caller(tenant_id="acme", actor=actor), "customers.get"):
        pass
    assert lines.one["context"]["user_id"] == actor


def test_lines_of_one_call_share_a_correlation_id_of_their_own(
    app: Engine, clock: Clock, ledger: object
) -> None:
    operations = Operations(app, Caller(tenant_id="acme", actor="anna"), clock=clock)
    with logged() as lines:
        for _ in range(2):
            Audit(operations).list()
    first, second = (each["context"]["correlation_id"] for each in lines.all)
    assert first
    assert second
    assert first != second
