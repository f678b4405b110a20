"""Statements as CSV."""

from __future__ import annotations

import csv
from io import StringIO

import pytest

from ledgerscope.customers.statements.rendering import render_csv
from tests.customers.statements.accounts import statement

EXPECTED = """\
record,date,type,reference,debit,credit,balance,currency
opening,2026-02-01,,,,,1.00,EUR
movement,2026-02-03,invoice,I-2,1234.50,,1235.50,EUR
movement,2026-02-20,payment,bank transfer,,1300.00,-64.50,EUR
closing,2026-02-28,,,,,-64.50,EUR
aging,2026-02-28,current,,,,0.00,EUR
aging,2026-02-28,1-30,,,,1235.50,EUR
aging,2026-02-28,31-60,,,,0.00,EUR
aging,2026-02-28,61-90,,,,0.00,EUR
aging,2026-02-28,90+,,,,0.00,EUR
aging,2026-02-28,unallocated,,,,-1300.00,EUR
"""


def test_a_statement_is_one_table() -> None:
    made = statement(
        ("I-1", "01-31", 100), ("I-2", "02-03", 123450), payments=(("bank transfer", "02-20", 130000),)
    )
    assert render_csv(made).decode() == EXPECTED.replace("\n", "\r\n")


@pytest.mark.parametrize(("currency", "shown"), [("JPY", "1234"), ("EUR", "12.34"), ("KWD", "1.234")])
def test_amounts_have_the_decimal_places_of_the_currency(currency: str, shown: str) -> None:
    made = render_csv(statement(("I-1", "02-03", 1234), currency=currency)).decode()
    assert f"invoice,I-1,{shown},,{shown},{currency}" in made


@pytest.mark.parametrize(
    ("number", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+4", "'+4"),
        ("-4", "'-4"),
        ("@sum", "'@sum"),
        ("\tx", "'\tx"),
        ("  =1", "'  =1"),
        ("＝1", "'＝1"),  # noqa: RUF001 - a wide sign, which some spreadsheets take for the narrow one
        ('say "yes", I-1', 'say "yes", I-1'),
        ("two\r\nlines", "two\r\nlines"),
        ("I-1 =", "I-1 ="),
    ],
)
def test_references_come_back_as_they_are_and_are_no_formulas(number: str, cell: str) -> None:
    text = render_csv(statement((number, "02-03", 100))).decode()
    rows = list(csv.reader(StringIO(text, newline="")))
    assert {len(row) for row in rows} == {8}
    assert rows[2][3] == cell
