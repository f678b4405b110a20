"""`ledgerscope invoices`, `payments`, `credit-notes` and `write-offs`, as they are typed, on PostgreSQL."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from click.testing import Result


def test_an_invoice_is_drafted_finalised_shown_and_voided(
    northwind: str, read: Callable[..., Any], ledgerscope: Callable[..., Result]
) -> None:
    drafted = read("invoices draft C-000001 --amount 1190 --tax 190")["invoice_id"]
    assert read("invoices list")["invoices"] == []
    assert read(f"invoices finalise {drafted}")["number"] == "INV-000001"
    text = ledgerscope("invoices", "show", "INV-000001").stdout
    assert "customer    C-000001\n" in text
    assert "tax         190.00 EUR\n" in text
    assert text.rstrip().endswith("1,190.00 EUR  1,190.00 EUR")
    read('invoices void INV-000001 --reason "wrong customer"')
    assert read("invoices list --status void --customer C-000001")["invoices"][0]["open_minor"] == 0


def test_lists_lead_on_to_every_invoice_once(northwind: str, read: Callable[..., Any]) -> None:
    for amount in (1, 2, 3):
        read(f"invoices issue C-000001 --amount {amount}")
    first = read("invoices list --limit 2")
    rest = read(f"invoices list --limit 2 --cursor {first['next_cursor']}")
    found = [each["total_minor"] for page in (first, rest) for each in page["invoices"]]
    assert (found, rest["next_cursor"]) == ([300, 200, 100], None)


def test_an_invoice_over_the_limit_needs_somebody_and_a_reason(
    northwind: str, read: Callable[..., Any], refused: Callable[[str], str]
) -> None:
    read("credit grant C-000001 --amount 100")
    said = refused("invoices issue C-000001 --amount 100.01")
    assert "the customer would owe 100.01 EUR of at most 100.00 EUR" in said
    assert "minor" not in said
    assert "reason" in refused("invoices issue C-000001 --amount 100.01 --override-by user-4")
    assert read("invoices issue C-000001 --amount 100.01 --override-by user-4 --reason paid")["over_limit"]


def test_instalments_add_up(northwind: str, read: Callable[..., Any], refused: Callable[[str], str]) -> None:
    parts = "--due 2027-01-31=200 --due 2027-02-28=400.50"
    read(f"invoices issue C-000001 --amount 600.50 {parts}")
    dues = [part["amount_minor"] for part in read("invoices show INV-000001")["instalments"]]
    assert dues == [20_000, 40_050]
    said = refused(f"invoices issue C-000001 --amount 600 {parts}")
    assert said == "--due: the instalments add up to 600.50 EUR, --amount is 600.00 EUR; make them equal"
    assert "write DAY=NUMBER" in refused("invoices issue C-000001 --amount 1 --due 2027-01-31")


def test_a_payment_settles_is_refunded_and_goes_back(
    northwind: str, read: Callable[..., Any], refused: Callable[[str], str]
) -> None:
    read("invoices issue C-000001 --amount 100")
    paid = read("payments receive C-000001 --amount 150 --key bank-1")
    assert (paid["allocated_minor"], paid["amount_minor"], paid["currency"]) == (10_000, 15_000, "EUR")
    assert read("payments receive C-000001 --amount 150 --key bank-1") == paid
    payment = paid["payment_id"]
    assert "the payment is in EUR, not USD" in refused(f"payments refund {payment} --amount 1 --currency USD")
    read(f"payments refund {payment} --amount 20.50")
    line = read("payments list C-000001")["sources"][0]
    assert (line["value_minor"], line["left_minor"], line["reversal"]) == (12_950, 2_950, None)
    read(f"payments reverse {payment} charged_back --amount 50")
    assert read("invoices show INV-000001")["open_minor"] > 0


def test_unallocated_money_is_allocated_later(northwind: str, read: Callable[..., Any]) -> None:
    payment = read("payments receive C-000001 --amount 80 --unallocated --received-on 2026-01-02")[
        "payment_id"
    ]
    read("invoices issue C-000001 --amount 100")
    done = read(f"payments allocate {payment} --invoice INV-000001 --amount 30")
    assert (done["allocated_minor"], done["currency"]) == (3_000, "EUR")
    assert read(f"payments allocate {payment}")["allocated_minor"] == 5_000
    assert read(f"payments show {payment}")["left_minor"] == 0


def test_a_credit_note_is_known_by_its_number(
    northwind: str,
    read: Callable[..., Any],
    ledgerscope: Callable[..., Result],
    refused: Callable[[str], str],
) -> None:
    read("invoices issue C-000001 --amount 100")
    assert "--reason: a credit note needs one" in refused("credit-notes issue C-000001 --amount 90")
    issued = read('credit-notes issue C-000001 --amount 90 --reason "delivered late"')
    assert issued["number"] == "CN-000001"
    read("credit-notes refund CN-000001 --amount 10")
    assert read("credit-notes allocate CN-000001 --invoice INV-000001")["allocated_minor"] == 8_000
    assert read("credit-notes show CN-000001")["left_minor"] == 0
    row = ledgerscope("credit-notes", "list", "C-000001").stdout.splitlines()[2].split(maxsplit=5)
    assert (row[0], row[2:]) == ("CN-000001", ["90.00", "0.00", "EUR", "delivered late"])


def test_pages_of_one_day_lead_on(northwind: str, read: Callable[..., Any]) -> None:
    for _ in range(3):
        read("credit-notes issue C-000001 --amount 1 --reason late")
    first = read("credit-notes list C-000001 --limit 2")
    rest = read(f"credit-notes list C-000001 --limit 2 --cursor {first['next_cursor']}")
    numbers = {each["number"] for page in (first, rest) for each in page["sources"]}
    assert numbers == {"CN-000001", "CN-000002", "CN-000003"}
    assert rest["next_cursor"] is None


def test_a_debt_is_given_up_and_stands_again(
    northwind: str, read: Callable[..., Any], ledgerscope: Callable[..., Result]
) -> None:
    read("invoices issue C-000001 --amount 100")
    given_up = read("write-offs create INV-000001 --approved-by user-4 --reason insolvent")
    assert (given_up["amount_minor"], given_up["currency"]) == (10_000, "EUR")
    read(f"write-offs reverse {given_up['write_off_id']} recovered --amount 40")
    line = read("write-offs list C-000001")["sources"][0]
    assert (line["value_minor"], line["reason"], line["approved_by"]) == (6_000, "insolvent", "user-4")


def test_nothing_is_said_in_words(northwind: str, ledgerscope: Callable[..., Result]) -> None:
    for line, words in (
        ("invoices list", "no invoices match"),
        ("payments list C-000001", "no payments"),
        ("credit-notes list C-000001", "no credit notes"),
        ("write-offs list C-000001", "no write-offs"),
        ("credit list", "no limits match"),
    ):
        assert ledgerscope(*shlex.split(line)).stdout == f"{words}\n"
