"""Amounts and dates as they are typed."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerscope.cli.exits import CommandFailed
from ledgerscope.cli.operations.amounts import AMOUNT, currency_of, minor_of
from ledgerscope.cli.operations.dates import DAY, INSTANT
from ledgerscope.cli.operations.shown import amount_number
from ledgerscope.customers.operations.checks import LARGEST_MINOR
from ledgerscope.domain.money import EXPONENTS
from tests.thoroughness import tries

if TYPE_CHECKING:
    from typing import Any

from hypothesis import settings

OPTION = click.Option(["--amount"])


@settings(max_examples=tries(50, thorough=1000), deadline=None)
@given(st.integers(0, LARGEST_MINOR), st.sampled_from(sorted(EXPONENTS)))
def test_what_is_shown_can_be_typed(minor: int, currency: str) -> None:
    typed = amount_number(minor, currency).replace(",", "")
    assert minor_of(AMOUNT.convert(typed, OPTION, None), currency, zero=True) == minor


@pytest.mark.parametrize("text", ["", "12,50", "1e3", "1.", ".5", "٣", "NaN", "1 000", "+5", "007", "0x1"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(CommandFailed, match=r"^--amount: .* is no amount; write a decimal number"):
        AMOUNT.convert(text, OPTION, None)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("9" * 19, "--amount: a number of 19 digits is too much; the largest amounts have 16"),
        ("9" * 10_000, "--amount: a number of 10000 digits is too much; the largest amounts have 16"),
        ("1." + "0" * 10, "--amount: 1.0000000000 has too many decimals; no currency has more than 4"),
        ("1." + "0" * 99, f"--amount: 1.{'0' * 37}… has too many decimals; no currency has more than 4"),
    ],
)
def test_what_is_too_long_for_any_amount_is_said_to_be(text: str, message: str) -> None:
    with pytest.raises(CommandFailed) as failed:
        AMOUNT.convert(text, OPTION, None)
    assert failed.value.message == message


def test_a_negative_amount_is_refused() -> None:
    with pytest.raises(CommandFailed, match=r"^--amount: -5 is negative; write it without a sign$"):
        AMOUNT.convert("-5", OPTION, None)


@pytest.mark.parametrize(
    ("amount", "currency", "message"),
    [
        ("1.5", "JPY", "1.5 has too many decimals; JPY has no decimals"),
        ("1.005", "EUR", "1.005 has too many decimals; EUR has at most 2 decimals"),
        ("10000000000000.01", "EUR", "is too much; at most 10,000,000,000,000.00 EUR"),
        ("0.000", "KWD", "0.000 is too little; more than 0"),
    ],
)
def test_an_amount_has_to_fit_its_currency(amount: str, currency: str, message: str) -> None:
    with pytest.raises(CommandFailed) as failed:
        minor_of(Decimal(amount), currency)
    assert message in failed.value.message


def test_trailing_zeros_are_no_decimals_too_many() -> None:
    assert minor_of(Decimal("1.5000"), "EUR") == 150


@pytest.mark.parametrize(
    ("given_code", "whose", "message"),
    [
        ("eur", "", "'eur' is no currency; write EUR"),
        ("XXX", "", "'XXX' is no currency; write the code of ISO 4217"),
        ("USD", "the payment", "the payment is in EUR, not USD; leave it out, or write EUR"),
    ],
)
def test_a_currency_has_to_be_one_and_that_of_the_document(given_code: str, whose: str, message: str) -> None:
    with pytest.raises(CommandFailed) as failed:
        currency_of(given_code, "EUR", whose)
    assert message in failed.value.message


@pytest.mark.parametrize(
    ("kind", "text", "right"),
    [
        (DAY, "2026-02-30", "write it as 2026-03-31"),
        (DAY, "31.03.2026", "write it as 2026-03-31"),
        (INSTANT, "2026-03-31", "write it with its offset"),
        (INSTANT, "2026-03-31T12:00", "write it with its offset"),
        (INSTANT, "noon", "write it with its offset"),
    ],
)
def test_a_date_is_iso(kind: Any, text: str, right: str) -> None:
    with pytest.raises(CommandFailed) as failed:
        kind.convert(text, click.Option(["--from"]), None)
    assert f"--from: {text!r}" in failed.value.message
    assert right in failed.value.message
