"""What a page says in words: descriptions of movements, dates and amounts as people read them."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

from ledgerscope.customers.statements.account import Kind
from ledgerscope.domain.money import EXPONENTS, Money

if TYPE_CHECKING:
    from datetime import date

__all__ = ["AGING", "DESCRIPTIONS", "breakable", "is_right_to_left", "long_date", "readable"]

DESCRIPTIONS: Final = {
    Kind.INVOICE: "Invoice",
    Kind.INVOICE_VOIDED: "Invoice cancelled",
    Kind.CREDIT_NOTE: "Credit note",
    Kind.CREDIT_NOTE_VOIDED: "Credit note cancelled",
    Kind.PAYMENT: "Payment",
    Kind.PAYMENT_REVERSED: "Payment returned",
    Kind.REFUND: "Refund",
    Kind.WRITE_OFF: "Written off",
    Kind.WRITE_OFF_REVERSED: "Write-off reversed",
    Kind.PAID_BY_OTHER: "Paid by another customer",
    Kind.PAID_FOR_OTHER: "Used for another customer",
}
AGING: Final = ("Not yet due", "1–30 days", "31–60 days", "61–90 days", "Over 90 days", "Unallocated")  # noqa: RUF001 - dashes
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip
_LONG_WORD: Final = re.compile(r"\S{20}(?=\S)")
_MAY_BREAK: Final = "\u200b"


def long_date(day: date) -> str:
    """As in 28 February 2026, whatever the locale of the process is."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def readable(minor: int, currency: str) -> str:
    """Major units with all decimal places of the currency, thousands by commas, a true minus sign."""
    return f"{Money(minor, currency).major:,.{EXPONENTS[currency]}f}".replace("-", "\N{MINUS SIGN}")


def breakable(text: str) -> str:
    """The text, in which words that are too long for a column may be broken."""
    return _LONG_WORD.sub(lambda found: found[0] + _MAY_BREAK, text)


def is_right_to_left(text: str) -> bool:
    """Whether the first letter is of a script that is written from right to left."""
    strong = (unicodedata.bidirectional(each) for each in text)
    return next((each for each in strong if each in {"L", "R", "AL"}), "L") != "L"
