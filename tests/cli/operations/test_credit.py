"""`ledgerscope credit`, as it is typed, on PostgreSQL."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from click.testing import Result


def test_a_limit_is_granted_asked_for_approved_and_used(
    northwind: str, read: Callable[..., Any], ledgerscope: Callable[..., Result]
) -> None:
    granted = read("credit grant C-000001 --amount 1000")
    assert (granted["status"], granted["limit_minor"], granted["currency"]) == ("approved", 100_000, "EUR")
    asked = read("credit request C-000001 --amount 1500.50 --actor user-1")
    assert asked["direction"] == "increase"
    waiting = read("credit list --status requested --customer C-000001")["limits"]
    assert [each["credit_limit_id"] for each in waiting] == [asked["credit_limit_id"]]
    assert read(f"credit approve {asked['credit_limit_id']} --actor user-4")["status"] == "approved"
    read("invoices issue C-000001 --amount 300.10")
    shown = read("credit show C-000001")
    assert (shown["limit_minor"], shown["exposure_minor"], shown["available_minor"]) == (
        150_050,
        30_010,
        120_040,
    )
    assert shown["utilization"] == "0.200000"
    text = ledgerscope("credit", "show", "C-000001").stdout
    assert "limit          1,500.50 EUR\n" in text
    assert "used           20.0%\n" in text


def test_a_check_says_whether_an_invoice_fits(
    northwind: str, read: Callable[..., Any], ledgerscope: Callable[..., Result]
) -> None:
    free = ledgerscope("credit", "check", "C-000001", "--amount", "5")
    assert free.stdout == "it fits: the customer has no limit, so nothing is checked\n"
    read("credit grant C-000001 --amount 100")
    fits = ledgerscope("credit", "check", "C-000001", "--amount", "100")
    assert fits.stdout == "it fits: with it the customer would owe 100.00 EUR of at most 100.00 EUR\n"
    over = ledgerscope(*shlex.split("credit check C-000001 --amount 100.01"))
    assert over.exit_code == 1
    assert (
        "it does not fit: with this invoice the customer would owe 100.01 EUR of at most 100.00 EUR"
        in over.stderr
    )
    unknown = ledgerscope(*shlex.split("credit check C-000001 --amount 1 --currency USD"))
    assert "it does not fit: no exchange rate from USD to EUR" in unknown.stderr
    shown = ledgerscope(*shlex.split("credit show C-000001 --currency USD")).stdout
    assert "exchange rate  none from USD to EUR\n" in shown
    read("credit hold C-000001")
    held = ledgerscope(*shlex.split("credit check C-000001 --amount 100"))
    assert "it does not fit: the customer is on credit hold" in held.stderr
    assert read("audit list --action invoice.refused")["entries"] == []


def test_an_unlimited_limit_is_said_in_words(
    northwind: str, read: Callable[..., Any], ledgerscope: Callable[..., Result]
) -> None:
    assert read("credit grant C-000001 --unlimited")["limit_minor"] is None
    assert "limit          unlimited\n" in ledgerscope("credit", "show", "C-000001").stdout
    assert " unlimited  EUR  approved " in ledgerscope("credit", "list").stdout


def test_credit_is_held_and_released_again(
    northwind: str, read: Callable[..., Any], refused: Callable[[str], str]
) -> None:
    held = read('credit hold C-000001 --reason "invoices overdue"')
    assert held["changed"] is True
    assert read("credit hold C-000001") == {**held, "changed": False}
    assert refused("invoices issue C-000001 --amount 5") == (
        "refused: the customer is on credit hold; release it, or give --override-by and --reason"
    )
    assert read("credit release C-000001") == held
    assert read("credit release C-000001")["changed"] is False
    read("invoices issue C-000001 --amount 5")
    actions = [each["action"] for each in read("audit list")["entries"] if "credit." in each["action"]]
    assert sorted(actions) == ["credit.held", "credit.released"]


def test_refusals_are_one_line(
    northwind: str, read: Callable[..., Any], refused: Callable[[str], str]
) -> None:
    assert refused("credit grant C-000001") == "give --amount or --unlimited, one of the two"
    assert refused("credit grant C-9 --amount 1") == "refused: there is no customer 'C-9' in this company"
    assert refused("credit hold C-9") == "refused: there is no customer 'C-9' in this company"
    assert "no credit limit 'x'" in refused("credit reject x --reason no")
    asked = read("credit request C-000001 --amount 5 --actor user-1")["credit_limit_id"]
    assert "somebody else has to approve it" in refused(f"credit approve {asked} --actor user-1")
    assert read(f"credit reject {asked} --reason no")["status"] == "rejected"
