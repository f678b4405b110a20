"""Hostile files give a clear report and change nothing that they should not."""

from __future__ import annotations

import gzip
import io
import json
import random
import resource
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import Workbook

from ledgerscope.customers.transfers import Counts, ImportCustomers, ImportResult
from tests.thoroughness import tries

if TYPE_CHECKING:
    from pathlib import Path

    from tests.customers.conftest import Ledger
    from tests.customers.transfers.conftest import Desk

DEEP = '{"name": ' + "[" * 400_000 + "]" * 400_000 + "}"
NOISE = random.Random(1).randbytes(5_000)


def workbook(*rows: tuple[Any, ...]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr] # a new workbook has a sheet
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def changed(book: bytes, **parts: bytes) -> bytes:
    """The workbook with the parts whose names end so replaced."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            end = name.rpartition("/")[2].partition(".")[0]
            new.writestr(name, parts.get(end, old.read(name)))
    return written.getvalue()


PLAIN = workbook(("external_id", "name"), ("n-1", "Northwind"))
SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData></worksheet>'
CELL = b'<row r="1"><c t="inlineStr"><is><t>%s</t></is></c></row>'
LAUGHS = (
    b'<!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>' + SHEET % b"<row><c><v>&c;</v></c></row>"
)

UNREADABLE: dict[str, tuple[str, bytes, str]] = {
    "empty": ("a.csv", b"", "the file is empty"),
    "empty workbook": ("a.xlsx", b"", "the file is empty"),
    "blank lines": ("a.csv", b"\n\n\n", "the file has no header: it holds only empty lines"),
    "duplicate header": ("a.csv", b"name,Name\nA,B\n", "the header has the column 'name' twice"),
    "missing columns": (
        "a.csv", b"email,phone\na@b.example,1\n",
        "no column is external_id or name; there are 'email', 'phone'. Say which is which, as --map"
        " 'Company=name'",
    ),
    "binary": ("a.csv", NOISE, "the file is no text: it is full of control characters"),
    "a picture": ("a.csv", b"\x89PNG\r\n\x1a\n" + NOISE, "the file is no text: it is a picture"),
    "compressed": ("a.csv", gzip.compress(b"name\nA\n"), "the file is no text: it is compressed with gzip"),
    "a workbook named csv": ("a.csv", PLAIN, "the file is no text: it is a ZIP archive, as XLSX files are"),
    "UTF-16 without a mark": (
        "a.csv", "name\nNorthwind\n".encode("utf-16-le"),
        "the file looks like UTF-16 without a byte order mark; name it: --encoding utf-16-le",
    ),
    "an endless line": ("a.csv", b"name\n" + b"x" * 5_000_000, "line 2 has more than 1,048,576 characters"),
    "an endless header": ("a.csv", b"x" * 5_000_000, "line 1 has more than 1,048,576 characters"),
    "an open quotation mark": (
        "a.csv", b'name\n"' + b"x\n" * 100_000,
        "a field has more than 131,072 characters; is a quotation mark left open?",
    ),
    "a JSON scalar": ("a.json", b"[1, 2", "after the object comes the end of the file instead of"),
    "deeply nested": ("a.json", f"[{DEEP[:500_000]}]".encode(), "is nested too deeply"),
    "an endless object": ("a.json", b'[{"name": "' + b"x" * 3_000_000, "has more than 1,048,576 characters"),
    "no workbook": ("a.xlsx", b"PK\x03\x04" + NOISE, "the file is no workbook that can be read"),
    "billion laughs": ("a.xlsx", changed(PLAIN, sheet1=LAUGHS), "the workbook declares a document type"),
    "zip bomb": (
        "a.xlsx", changed(PLAIN, sheet1=SHEET % (b" " * 30_000_000)),
        "the workbook has a part that grows from ",
    ),
    "an endless cell": (
        "a.xlsx",
        changed(PLAIN, sheet1=SHEET % (CELL % (b"ab" * 20_000))),
        "the workbook has a cell of more than 32,767 characters",
    ),
    "broken XML": (
        "a.xlsx", changed(PLAIN, sheet1=b"<worksheet"), "the workbook holds XML that cannot be read",
    ),
    "an empty sheet": ("a.xlsx", workbook(), "the sheet has no header: it is empty"),
}  # fmt: skip


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_file_that_cannot_be_read_is_a_failed_import_that_says_why(
    desk: Desk, ledger: Ledger, name: str
) -> None:
    file, content, reason = UNREADABLE[name]
    done = desk.take_in(content, file)
    assert (done.outcome, done.counts.accepted) == ("failure", 0)
    assert any(each.message.startswith(reason) for each in done.first_problems), done.first_problems
    assert ledger.count("customer") == 0
    (failed,) = ledger.rows("select labels from event where event_type = 'ImportFailed'")
    assert failed.labels["reason"] == "unreadable"
    checked, told = desk.check(content, file)
    assert (checked.outcome, checked.problems) == ("failure", len(told))


def test_a_line_of_a_gigabyte_is_refused_without_being_held(
    desk: Desk, tmp_path: Path, ledger: Ledger
) -> None:
    path = tmp_path / "long.csv"
    with path.open("wb") as stream:
        stream.write(b"name\n")
        stream.truncate(1 << 30)  # a sparse file: a gigabyte of NUL on one line
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    told: list[str] = []
    for encoding in ("latin-1", None):
        done = desk.imports.run(ImportCustomers(path=path, encoding=encoding))
        assert isinstance(done, ImportResult)
        told += [each.message for each in done.first_problems]
    assert told[0] == "line 2 has more than 1,048,576 characters"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 << 10
    assert ledger.count("customer") == 0


ROWS: dict[str, tuple[str, bytes, list[tuple[int, str, str]]]] = {
    "NUL bytes": ("a.csv", b"name\nA\0B\nGood\n", [(1, "name", "holds a control character")]),
    "half a row": (
        "a.csv", b"external_id,name,phone\nn-1,Good,\nn-2,Ba",
        [(2, "", "has 2 fields where the header has 3")],
    ),
    "half a quoted row": ("a.csv", b'name\nGood\n"Ba', [(2, "", "the file ends inside quotation marks")]),
    "text after a quotation mark": (
        "a.csv", b'name\n"A"B\nGood\n', [(1, "", "is no CSV: ',' expected after '\"'")],
    ),
    "too many fields": ("a.csv", b"name\nA,B\nGood\n", [(1, "", "has 2 fields where the header has 1")]),
    "no JSON on a line": (
        "a.jsonl", b'{"name": "Good"}\n{"name": NaN}\n[1]\n',
        [(2, "", "is no JSON: NaN is no number of JSON"), (3, "", "is no object")],
    ),
    "deeply nested line": (
        "a.jsonl", DEEP.encode() + b'\n{"name": "Good"}\n', [(1, "", "is nested too deeply")],
    ),
    "a key twice": (
        "a.jsonl", b'{"name": "A", "name": "B"}\n{"name": "Good"}\n',
        [(1, "", "is no JSON: the key 'name' comes twice")],
    ),
    "values of other types": (
        "a.jsonl", b'{"name": ["A"], "terms_days": true}\n{"name": "Good", "terms_days": "14"}\n',
        [(1, "name", "a list is not a text"), (1, "terms_days", "True is not a whole number")],
    ),
    "a number whose digits are lost": (
        "a.jsonl", b'{"name": "Good"}\n{"name": "Bad", "phone": 1e30}\n',
        [(2, "phone", "1e+30 is not a text")],
    ),
    "surrogates": (
        "a.jsonl", b'{"name": "Good"}\n{"name": "x", "external_id": "\\ud800"}\n',
        [(2, "external_id", "holds a lone surrogate (U+D800), which is no character")],
    ),
    "a number of a million digits": (
        "a.jsonl", b'{"name": "Good"}\n{"name": ' + b"9" * 10_000 + b"}\n",
        [(2, "", "is no JSON: a number has 10,000 digits; at most 100")],
    ),
    "a JSON array that breaks off": (
        "a.json", b'[{"name": "Good"}, {"name": "Ba', [(2, "", "is no JSON: Unterminated string")],
    ),
    "a workbook with too many cells": (
        "a.xlsx", workbook(("name",), ("Good",), ("A", "B")),
        [(2, "", "has more cells than the header, which has 1")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ROWS)
def test_a_bad_row_is_told_and_the_good_one_comes_in(desk: Desk, ledger: Ledger, name: str) -> None:
    file, content, problems = ROWS[name]
    done = desk.take_in(content, file)
    assert (done.outcome, done.counts.created) == ("partial", 1)
    told = [(each.row, each.field, each.message) for each in done.first_problems if each.row]
    assert [each[:2] for each in told if not each[2].startswith("is required")] == [
        each[:2] for each in problems
    ]
    for expected in problems:
        assert any(each[:2] == expected[:2] and each[2].startswith(expected[2]) for each in told), told
    assert [row.name for row in ledger.rows("select name from customer")] == ["Good"]


def test_a_header_without_rows_is_taken_in_and_told(desk: Desk) -> None:
    done = desk.take_in("external_id,name\n")
    assert (done.outcome, done.counts) == ("success", Counts())
    assert done.first_problems[0].message == "has no rows, only a header or nothing but blanks"


def test_formulas_are_texts(desk: Desk, ledger: Ledger) -> None:
    done = desk.take_in("external_id,name\n=1+1,\"=cmd|' /C calc'!A0\"\n", "f.csv")
    assert done.counts == Counts(created=1)
    (row,) = ledger.rows("select external_id, name from customer")
    assert tuple(row) == ("=1+1", "=cmd|' /C calc'!A0")


def test_errors_without_end_take_no_memory(desk: Desk, ledger: Ledger, tmp_path: Path) -> None:
    rows = tries(20_000, thorough=1_000_000)
    path = tmp_path / "errors.csv"
    with path.open("w") as stream:
        stream.write("external_id,name\n")
        stream.writelines("only one field\n" for _ in range(rows))
    desk.check("name\nwarm\n")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    done = desk.imports.run(ImportCustomers(path=path))
    assert isinstance(done, ImportResult)
    assert (done.outcome, done.counts, done.problems) == ("failure", Counts(failed=rows), rows)
    assert ledger.count("import_row_error") == 10_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 << 10


@pytest.mark.parametrize(
    ("encoding", "guessed"),
    [
        ("utf-8", None),
        ("utf-8-sig", None),
        ("utf-16", None),
        ("utf-32", None),
        ("cp1252", "Windows-1252"),
        ("latin-1", "Windows-1252"),
    ],
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encodings_and_delimiters_are_found_out(
    desk: Desk, ledger: Ledger, encoding: str, guessed: str | None, delimiter: str
) -> None:
    rows = [("external_id", "name", "address"), ("n-1", "Müller", "Straße 1"), ("n-2", "Ñandú", "Ort")]
    text = "\r\n".join(delimiter.join(row) for row in rows)
    done = desk.take_in(text.encode(encoding))
    assert (done.counts, done.delimiter) == (Counts(created=2), delimiter)
    names = [row.name for row in ledger.rows("select name from customer order by external_id")]
    assert names == ["Müller", "Ñandú"]
    told = [each.message for each in done.first_problems]
    assert told == ([] if guessed is None else [told[0]])
    assert guessed is None or f"was read as {guessed}" in told[0]


def test_bytes_that_are_none_of_windows_1252_are_refused_row_by_row(desk: Desk) -> None:
    done = desk.take_in(b"name\nM\xfcller\nA\x81B\n")
    assert (done.encoding, done.counts) == ("latin-1", Counts(created=1, failed=1))


def test_text_that_was_decoded_wrongly_before_is_told(desk: Desk, ledger: Ledger) -> None:
    done = desk.take_in("external_id,name\nn-1,MÃ¼ller\nn-2,M\ufffdller\nn-3,Müller\n")
    assert done.counts == Counts(created=3)
    assert [(each.row, each.severity) for each in done.first_problems] == [(1, "warning"), (2, "warning")]
    assert "'Müller' may be meant" in done.first_problems[0].message
    kept = ledger.rows("select severity from import_row_error order by row_no")
    assert [row.severity for row in kept] == ["warning", "warning"]


def test_a_stated_encoding_that_is_wrong_ends_the_reading(desk: Desk, ledger: Ledger) -> None:
    done = desk.take_in("name\nMüller\n".encode("cp1252"), encoding="utf-8")
    assert (done.outcome, ledger.count("customer")) == ("failure", 0)
    assert "is not UTF-8" in done.first_problems[0].message


def test_a_stated_delimiter_of_a_spreadsheet_is_followed(desk: Desk) -> None:
    assert desk.take_in("sep=|\nexternal_id|name\nn-1|A;B,C\n").delimiter == "|"


def test_workbooks_are_read_with_numbers_dates_and_gaps(desk: Desk, ledger: Ledger) -> None:
    content = workbook(
        ("external_id", "name", "terms_days", "phone"),
        (4711, "Northwind", 14.0, 4315550000),
        (None, None, None, None),
        ("n-2", "Südwind", "30", None),
    )
    done = desk.take_in(content, "customers.xlsx")
    assert (done.format, done.counts) == ("xlsx", Counts(created=2, skipped=1))
    rows = ledger.rows("select external_id, terms_days, phone from customer order by 1")
    assert [tuple(row) for row in rows] == [("4711", 14, "4315550000"), ("n-2", 30, None)]


@pytest.mark.parametrize(
    ("last", "outcome", "counts"),
    [
        (99_999_999_999, "success", Counts(created=1)),  # beyond the last row that a sheet can have
        (900_000, "partial", Counts(created=1)),
        (500, "success", Counts(created=2, skipped=497)),
    ],
)
def test_a_row_far_below_the_others_does_not_make_millions_of_rows(
    desk: Desk, last: int, outcome: str, counts: Counts
) -> None:
    cell = '<row r="{0}"><c t="inlineStr" r="A{0}"><is><t>{1}</t></is></c></row>'.format
    far = SHEET % (cell(1, "name") + cell(2, "A") + cell(last, "B")).encode()
    done = desk.take_in(changed(PLAIN, sheet1=far), "far.xlsx")
    assert (done.outcome, done.counts) == (outcome, counts)


@pytest.mark.parametrize("indent", [None, 2])
def test_json_arrays_are_read_piece_by_piece(desk: Desk, ledger: Ledger, indent: int | None) -> None:
    rows = [{"external_id": f"n-{place}", "name": "x" * 150, "color": "red"} for place in range(3_000)]
    done = desk.take_in(json.dumps(rows, indent=indent), "customers.json")
    assert done.counts == Counts(created=3_000)
    assert [each.field for each in done.first_problems] == ["color"]
    assert ledger.count("customer") == 3_000
    assert desk.take_in("[]", "customers.json").outcome == "success"
