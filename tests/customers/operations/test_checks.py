"""Identifiers, numbers and parts of requests, without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from ledgerscope.customers.decision import Fault, Refused
from ledgerscope.customers.operations.checks import (
    LARGEST_MINOR,
    check_actor,
    check_amount,
    check_choice,
    check_currency,
    check_instant,
    check_text,
)
from ledgerscope.customers.operations.lookups import as_id, no_row
from ledgerscope.customers.operations.numbers import is_of_series

HEX = "0123456789abcdef" * 2


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (HEX, HEX),
        (HEX.upper(), HEX),
        ("01234567-89ab-cdef-0123-456789abcdef", HEX),
        ("", None),
        (HEX[:-1], None),
        (HEX + "0", None),
        (HEX[:-1] + "g", None),
        (HEX[:-1] + "\x00", None),
        (HEX[:-1] + "\u0661", None),  # a digit, but not of these
    ],
)
def test_an_identifier_is_32_hexadecimal_digits(value: str, found: str | None) -> None:
    assert as_id(value) == found


def test_what_is_missing_is_named() -> None:
    assert no_row("credit_note", "x") == Refused(
        "there is no credit note 'x' in this company", Fault.NOT_FOUND, "credit_note_id"
    )


@pytest.mark.parametrize(
    ("number", "own"),
    [
        ("INV-000001", True),
        ("INV-1", True),
        ("INV-" + "9" * 15, True),
        ("INV-" + "9" * 16, False),
        ("INV-", False),
        ("INV-1a", False),
        ("inv-1", False),
        ("XINV-1", False),
        ("INV-\u0661", False),
    ],
)
def test_numbers_of_the_series_are_told_from_others(number: str, own: bool) -> None:
    assert is_of_series("invoice", number) is own


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (check_amount("amount_minor", 1, "EUR"), None),
        (check_amount("amount_minor", LARGEST_MINOR, "EUR"), None),
        (check_amount("total_minor", 0, "EUR", least=0), None),
        (
            check_amount("amount_minor", 0, "EUR"),
            "amount_minor: 0.01 to 10,000,000,000,000.00 EUR, not 0.00 EUR",
        ),
        (
            check_amount("amount_minor", -5, "JPY", least=0),
            "amount_minor: 0 to 1,000,000,000,000,000 JPY, not -5 JPY",
        ),
        (
            check_amount("a", LARGEST_MINOR + 1, "EUR"),
            "a: 0.01 to 10,000,000,000,000.00 EUR, not 10,000,000,000,000.01 EUR",
        ),
        (check_actor("override_by", "user-4"), None),
        (check_actor("override_by", "x" * 101), "override_by: 1 to 100 printable characters on one line"),
        (check_actor("override_by", "a@b.example"), "override_by: an identifier, no e-mail address"),
        (check_choice("kind", "a", ("a", "b")), None),
        (check_choice("kind", "c", ("a", "b")), "kind: one of a, b; not 'c'"),
        (check_currency("EUR", {"EUR"}), None),
        (
            check_currency("eur", {"EUR"}),
            "currency: 'eur' is no currency of the database; ISO 4217, as EUR",
        ),
        (check_text("reason", "é 1", 3), None),
        (check_text("reason", "", 3), "reason: 1 to 3 printable characters on one line"),
        (check_text("reason", "  ", 3), "reason: 1 to 3 printable characters on one line"),
        (check_text("reason", "abcd", 3), "reason: 1 to 3 printable characters on one line"),
        (check_text("reason", "a\n", 3), "reason: 1 to 3 printable characters on one line"),
        (check_instant("until", datetime(2026, 1, 1, tzinfo=UTC)), None),
        (
            check_instant("until", datetime(2026, 1, 1)),  # noqa: DTZ001 - what is refused
            "until: 2026-01-01 00:00:00 has no time zone; as 2026-03-01T12:00+00:00",
        ),
        (
            check_instant("until", datetime.max.replace(tzinfo=UTC)),
            "until: 9999-12-31 23:59:59.999999+00:00 is after 2999",
        ),
        (
            check_instant("since", datetime.min.replace(tzinfo=timezone(timedelta(hours=14)))),
            "since: 0001-01-01 00:00:00+14:00 is before 1900",
        ),
    ],
)
def test_a_fault_says_what_would_be_right(said: Refused | None, reason: str | None) -> None:
    assert (None if said is None else said.reason) == reason
