"""Write-offs through the public operations."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from ledgerscope.customers import Fault, Refused
from ledgerscope.customers.operations import Note, Operations
from ledgerscope.customers.receivables.operations import WriteOffs, WrittenOff
from tests.customers.receivables.conftest import Desk, done, faults, refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.customers.conftest import Ledger

GONE = Note(reason="insolvent")


def given_up(desk: Desk, invoice_id: str) -> WrittenOff:
    return done(desk.write_offs.write_off(invoice_id, GONE, approved_by="boss-1"))


def test_what_is_open_is_given_up_and_no_longer_owed(desk: Desk, ledger: Ledger) -> None:
    invoice_id = desk.invoice(100).invoice_id
    desk.pay(30)
    assert given_up(desk, invoice_id).amount_minor == 70
    assert (desk.shown(invoice_id).status, desk.owed()) == ("uncollectible", 0)
    ((kind, amount),) = ledger.rows(
        "select event_type, amount_minor from event order by event_id desc limit 1"
    )
    assert (kind, amount) == ("DebtWrittenOff", 70)
    ((reason, by),) = ledger.rows("select reason, approved_by from write_off")
    assert (reason, by) == ("insolvent", "boss-1")
    assert refused(desk.write_offs.write_off(invoice_id, GONE, approved_by="boss-1")).reason == (
        "nothing of the invoice can be given up: it is uncollectible"
    )
    assert faults(ledger) == []


def test_what_a_post_dated_cheque_covers_is_not_given_up(desk: Desk) -> None:
    invoice_id = desk.invoice(100).invoice_id
    desk.pay(100, method="cheque", received_on=date(2026, 3, 17))
    assert desk.shown(invoice_id).status == "open"
    assert refused(desk.write_offs.write_off(invoice_id, GONE, approved_by="boss-1")).reason == (
        "nothing of the invoice can be given up: "
        "money or credit is set against all of it; what is dated later shows as open until its day"
    )


def test_a_debt_that_stands_again_is_checked_against_the_limit(desk: Desk, ledger: Ledger) -> None:
    desk.limit(100)
    invoice_id = desk.invoice(90).invoice_id
    write_off_id = given_up(desk, invoice_id).write_off_id
    assert not done(desk.write_offs.reverse(write_off_id, "error", amount_minor=10)).over_limit
    assert desk.owed() == 10
    desk.invoice(90)
    assert done(desk.write_offs.reverse(write_off_id, "recovered")).over_limit
    assert (desk.shown(invoice_id).open_minor, desk.owed()) == (90, 180)
    ((breached, exposure),) = ledger.rows("select invoice_id, exposure_minor from credit_breach")
    assert (breached.hex, exposure) == (invoice_id, 180)
    assert refused(desk.write_offs.reverse(write_off_id, "error")).reason == (
        "of this write-off 0.00 EUR stand; 0.00 EUR cannot be reversed"
    )
    assert faults(ledger) == []


@pytest.mark.parametrize(
    ("note", "by", "field"),
    [(Note(), "boss-1", "reason"), (Note(reason="a\nb"), "boss-1", "reason"), (GONE, "", "approved_by")],
)
def test_a_write_off_needs_a_reason_and_somebody_who_allowed_it(
    desk: Desk, note: Note, by: str, field: str
) -> None:
    invoice_id = desk.invoice(1).invoice_id
    assert refused(desk.write_offs.write_off(invoice_id, note, approved_by=by)).field == field


@pytest.mark.parametrize(
    ("reason", "amount", "field"),
    [("mood", None, "reason"), ("error", 0, "amount_minor"), ("error", 101, None)],
)
def test_a_reversal_that_cannot_be_is_refused(
    desk: Desk, reason: str, amount: int | None, field: str | None
) -> None:
    write_off_id = given_up(desk, desk.invoice(100).invoice_id).write_off_id
    assert refused(desk.write_offs.reverse(write_off_id, reason, amount_minor=amount)).field == field


def test_an_invoice_with_a_write_off_is_not_voided(desk: Desk) -> None:
    invoice_id = desk.invoice(100).invoice_id
    given_up(desk, invoice_id)
    assert "reverse the write-off first" in refused(desk.invoices.void(invoice_id, GONE)).reason


def test_another_company_sees_and_changes_nothing(
    desk: Desk, operations_of: Callable[[str], Operations], ledger: Ledger
) -> None:
    invoice_id = desk.invoice(100).invoice_id
    write_off_id = given_up(desk, invoice_id).write_off_id
    before, other = ledger.counts(), WriteOffs(operations_of("bolt"))
    answers: tuple[object, ...] = (
        other.write_off(invoice_id, GONE, approved_by="boss-1"),
        other.reverse(write_off_id, "error"),
    )
    assert [each.fault for each in answers if isinstance(each, Refused)] == [Fault.NOT_FOUND] * len(answers)
    assert ledger.counts() == before
