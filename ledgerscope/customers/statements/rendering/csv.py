"""A statement as CSV: RFC 4180, UTF-8 without a byte order mark, one table with one header.

Amounts are decimals in major units, a point before the decimal places of the currency. No cell of text begins
as a formula does: a spreadsheet would run it.
"""

from __future__ import annotations

import csv
from io import StringIO
from typing import TYPE_CHECKING, Final

from ledgerscope.customers.statements.statement import COLUMNS_OF_AGING
from ledgerscope.domain.money import Money

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from ledgerscope.customers.statements.statement import AccountStatement

__all__ = ["HEADER", "render_csv"]

HEADER: Final = ("record", "date", "type", "reference", "debit", "credit", "balance", "currency")
_BEGINS_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001 - the wide ones too


def render_csv(statement: AccountStatement) -> bytes:
    """Rows of the records `opening`, `movement`, `closing` and `aging`, in this order.

    The balance of an `aging` row is what its bucket, named by `type`, holds at the end of its date.
    """
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(HEADER)
    for row in _rows(statement):
        writer.writerow((*row, statement.currency))
    return text.getvalue().encode()


def _rows(statement: AccountStatement) -> Iterator[tuple[str, ...]]:
    first, last = statement.period
    yield _row("opening", first, "", "", 0, statement.opening_minor, statement)
    for one in statement.lines:
        yield _row(
            "movement", one.day, one.kind, one.reference, one.amount_minor, one.balance_minor, statement
        )
    yield _row("closing", last, "", "", 0, statement.closing_minor, statement)
    for bucket, minor in zip(COLUMNS_OF_AGING, statement.aging, strict=True):
        yield _row("aging", statement.as_of, bucket, "", 0, minor, statement)


def _row(
    record: str, day: date, kind: str, reference: str, moved: int, balance: int, statement: AccountStatement
) -> tuple[str, ...]:
    def amount(minor: int) -> str:
        return f"{Money(minor, statement.currency).major:f}"

    debit, credit = (amount(moved) if moved > 0 else ""), (amount(-moved) if moved < 0 else "")
    return record, day.isoformat(), kind, _harmless(reference), debit, credit, amount(balance)


def _harmless(text: str) -> str:
    """The text, after an apostrophe where a spreadsheet would take it for a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(_BEGINS_FORMULA) else text
