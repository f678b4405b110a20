"""What comes from outside is refused as a value before the database sees it, or raised where code gave it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ledgerscope.customers import Fault, Refused
from ledgerscope.customers.audit import Audit, ListAudit
from ledgerscope.customers.lifecycle import CreatedCustomer, Customers, ListCustomers, NewCustomer
from ledgerscope.customers.operations import Caller, Note, Operations

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.customers.conftest import Clock, Ledger

NUL, HALF = "a\x00b", "a\ud800b"
NORTHWIND = NewCustomer(name="Northwind")


@pytest.mark.parametrize("text", [NUL, HALF])
def test_a_text_that_no_row_can_hold_is_a_refusal(operations: Operations, ledger: Ledger, text: str) -> None:
    customers = Customers(operations)
    answers: list[Any] = [
        customers.create(NewCustomer(name="x", external_id=text)),
        customers.create(NORTHWIND, Note(reason=text)),
        customers.create(NORTHWIND, Note(comment=text)),
        customers.create(NORTHWIND, Note(key=text)),
        customers.update("0" * 32, {"phone": text}),
        customers.update("0" * 32, {text: "1"}),
        customers.list(ListCustomers(text=text)),
        customers.identify(text),
        Audit(operations).list(ListAudit(actor=text)),
    ]
    assert [answer.fault for answer in answers] == [Fault.INVALID] * len(answers)
    assert ledger.count("customer") == 0


@pytest.mark.parametrize(
    ("note", "words"),
    [
        (Note(reason="  "), "reason: 1 to 2000 characters"),
        (Note(comment="x" * 2001), "comment: 1 to 2000 characters"),
        (Note(reason="\x1b[31m"), "reason: holds a control character (U+001B)"),
        (Note(comment="a\ud800"), "comment: holds a lone surrogate (U+D800), which is no character"),
    ],
)
def test_a_reason_that_cannot_be_kept_is_refused(operations: Operations, note: Note, words: str) -> None:
    said = Customers(operations).create(NORTHWIND, note)
    assert isinstance(said, Refused)
    assert said.reason == words


@pytest.mark.parametrize("reason", ["नर्\u200dसरी", "👩\u200d👧", "two\nlines\twith a tab"])
def test_a_reason_of_any_script_is_kept(operations: Operations, reason: str) -> None:
    assert not isinstance(Customers(operations).create(NORTHWIND, Note(reason=reason)), Refused)


@pytest.mark.parametrize(
    "given",
    [{"actor": ""}, {"actor": "x" * 201}, {"actor": "a\nb"}, {"tenant_id": NUL}, {"source": "fax"},
     {"correlation_id": HALF}, {"actor": None}, {"actor": 17}, {"actor": "ann@northwind.example"},
     {"tenant_id": None}, {"tenant_id": 5}, {"source": None}, {"correlation_id": 5}, {"permissions": ["a"]}],
)  # fmt: skip
def test_a_caller_that_code_makes_up_is_an_error(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=f"^{next(iter(given))}: "):
        Caller(**{"tenant_id": "acme", "actor": "anna", **given})


@pytest.mark.parametrize("days", [True, 1.5, "30", None, 10**30])
def test_terms_are_whole_days(operations: Operations, days: Any) -> None:
    said = Customers(operations).create(NewCustomer(name="x", terms_days=days))
    assert isinstance(said, Refused)
    assert said.field == "terms_days"


def test_changes_are_dated_in_their_order_although_a_clock_is_behind(
    operations: Operations, clock: Clock, ledger: Ledger
) -> None:
    customers = Customers(operations)
    made = customers.create(NORTHWIND)
    assert isinstance(made, CreatedCustomer)
    clock.forward(milliseconds=-5)
    customers.change_status(made.customer_id, "blocked", Note(reason="r"))
    clock.forward(seconds=-50)
    assert not isinstance(customers.delete(made.customer_id, "closed"), Refused)
    states = ledger.rows("select to_status from customer_status_history order by at, history_id")
    assert [row.to_status for row in states] == ["active", "blocked"]
    instants = [row.at for row in ledger.rows("select at from audit_log order by seq")]
    assert instants == sorted(instants)


def test_a_clock_far_ahead_is_not_followed(operations: Operations, clock: Clock, ledger: Ledger) -> None:
    customers = Customers(operations)
    clock.forward(days=1)
    customers.create(NORTHWIND)
    clock.forward(days=-1)
    customers.create(NewCustomer(name="Southwind"))
    first, second = (row.at for row in ledger.rows("select at from audit_log order by seq"))
    assert second < first


def test_the_reason_is_a_part_of_the_request(operations: Operations) -> None:
    customers = Customers(operations)
    customers.create(NORTHWIND, Note(key="k", reason="order 1"))
    said = customers.create(NORTHWIND, Note(key="k", reason="order 2"))
    assert isinstance(said, Refused)
    assert said.field == "key"


def test_only_what_is_there_is_identified(
    operations: Operations, operations_of: Callable[[str], Operations]
) -> None:
    made = Customers(operations).create(NORTHWIND)
    assert isinstance(made, CreatedCustomer)
    for reference in ("C-000001", made.customer_id):
        assert Customers(operations).identify(reference) == made.customer_id
        assert isinstance(Customers(operations_of("bolt")).identify(reference), Refused)
    assert isinstance(Customers(operations).identify("0" * 32), Refused)


@pytest.mark.parametrize("name", ["İstanbul", "ΣΑΣ", "50 % \\ off_"])
def test_a_name_is_found_by_itself(operations: Operations, name: str) -> None:
    Customers(operations).create(NewCustomer(name=name))
    page = Customers(operations).list(ListCustomers(text=name))
    assert not isinstance(page, Refused)
    assert [each.name for each in page.customers] == [name]
