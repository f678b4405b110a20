"""Statements as PDF: what they say, in every script, and that nothing in them is ever a box or markup."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from ledgerscope.customers.statements.errors import MissingGlyphs
from ledgerscope.customers.statements.rendering import Parties, render_pdf
from tests.customers.statements.accounts import NORTHWIND, statement

FEW = statement(("I-1", "01-31", 100), ("I-2", "02-03", 123450), payments=(("card", "02-20", 130000),))


def read(parties: Parties = NORTHWIND, made: object = FEW) -> PdfReader:
    return PdfReader(BytesIO(render_pdf(made, parties)))  # type: ignore[arg-type] # a statement


def text_of(reader: PdfReader) -> str:
    return "\n".join(page.extract_text() for page in reader.pages)


def test_a_page_says_who_when_and_how_much() -> None:
    text = text_of(read())
    for words in (
        "Acme Telecom", "Northwind Trading", "12 Harbour Road", "Customer number C-000001",
        "1 February 2026 to 28 February 2026", "Opening balance 1.00", "Closing balance, EUR −64.50",  # noqa: RUF001 - a true minus
        "Balance on 28 February 2026, by days past due", "Page 1 of 1",
    ):  # fmt: skip
        assert words in text, text
    assert "2026-02-03 Invoice I-2 1,234.50 1,235.50" in text
    assert "2026-02-20 Payment card 1,300.00 −64.50" in text  # noqa: RUF001 - a true minus


def test_the_file_is_tagged_titled_and_in_a_language() -> None:
    reader = read()
    root: Any = reader.root_object
    assert reader.metadata is not None
    assert reader.metadata.title == "Statement of account, 1 February 2026 to 28 February 2026"
    assert root["/Lang"] == "en"
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    xmp = root["/Metadata"].get_object().get_data()
    assert b"<pdfuaid:part>1</pdfuaid:part>" in xmp
    assert b"<pdfaid:part>2</pdfaid:part>" in xmp


def test_the_same_statement_is_the_same_file() -> None:
    assert render_pdf(FEW, NORTHWIND) == render_pdf(FEW, NORTHWIND)


@pytest.mark.parametrize(
    "name",
    [
        "Ærøskøbing Smørrebrød A/S", "Жёлтый Дом", "Ελληνική Εταιρεία", "株式会社東京商事", "한국전력공사",
        "北京科技有限公司", "भारतीय कंपनी", "บริษัท ไทย", "חברת ישראל", "شركة الخليج", "Công ty Việt Nam",
        "ქართული", "Հայկական",
    ],
)  # fmt: skip
def test_names_of_all_scripts_are_set(name: str) -> None:
    assert len(read(replace(NORTHWIND, customer=name, address=f"{name}\n{name} 12")).pages) == 1


def test_a_character_without_a_font_is_an_error_and_no_box() -> None:
    with pytest.raises(MissingGlyphs) as raised:
        render_pdf(FEW, replace(NORTHWIND, customer="Gothic \U00010330\U00010331"))
    assert str(raised.value).startswith("no font has the characters U+10330")
    assert "Gothic" not in str(raised.value)


def test_words_of_others_are_no_markup() -> None:
    hostile = '#panic("x") $a$ @ref <b> *c* \\ // /* `d` "e"'
    made = statement((hostile[:30], "02-03", 100))
    text = text_of(read(replace(NORTHWIND, customer=hostile), made))
    assert hostile in text


def test_every_page_of_a_long_statement_repeats_the_header_and_says_its_number() -> None:
    many = statement(*((f"I-{number}", "02-03", 100 + number) for number in range(200)))
    pages = [page.extract_text() for page in read(made=many).pages]
    assert len(pages) > 4
    for number, text in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in text
        assert "Date Description Reference Charge Credit Balance" in text
    assert sum(text.count("Invoice I-") for text in pages) == 200


def test_a_statement_without_movements_says_so() -> None:
    assert "Nothing was charged, paid or credited in this period." in text_of(read(made=statement()))


@pytest.mark.parametrize("minor", [10**9, 10**13, 10**17, 2**63 - 1])
def test_wide_amounts_stay_whole(minor: int) -> None:
    shown = f"{minor // 100:,}.{minor % 100:02}"
    assert text_of(read(made=statement(("I-1", "02-03", minor)))).count(shown) >= 4
