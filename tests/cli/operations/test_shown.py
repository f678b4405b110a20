"""Tables, records and JSON of results, as text."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from fractions import Fraction

import pytest
from rich.cells import cell_len

from ledgerscope.cli.operations.shown import Column, show_json, show_record, show_result, show_table

NAMES = (
    "A customer with a name that is far too long to be shown whole in eighty columns of text",
    "شركة الشمال للتجارة والمقاولات العامة المحدودة والخدمات اللوجستية المتكاملة",
    "株式会社ノースウィンド・インターナショナル東京支店・営業本部第一課・海外取引係",
)


@dataclass(frozen=True)
class Owed:
    name: str
    amount_minor: int | None
    currency: str
    more_minor: int = 0


COLUMNS = (
    Column("NAME", "name", long=True),
    Column("AMOUNT", "amount_minor", money="currency", none="unlimited"),
    Column("MORE", "more_minor", money="currency"),
    Column("CUR", "currency"),
)
LARGE = 10**15


@pytest.fixture
def eighty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


@pytest.mark.parametrize("name", NAMES)
def test_a_long_name_is_cut_and_an_amount_is_whole(
    name: str, eighty: None, capsys: pytest.CaptureFixture[str]
) -> None:
    show_table(COLUMNS, [Owed(name, LARGE, "EUR"), Owed("x", None, "KWD", -1)], empty="none")
    lines = capsys.readouterr().out.splitlines()
    assert max(map(cell_len, lines)) <= 80
    assert "…" in lines[2]
    assert lines[2].endswith("10,000,000,000,000.00    0.00  EUR")
    assert lines[3].endswith("            unlimited  -0.001  KWD")


def test_what_does_not_fit_is_a_block_of_lines(eighty: None, capsys: pytest.CaptureFixture[str]) -> None:
    many = (*COLUMNS[:3], COLUMNS[1], COLUMNS[1], COLUMNS[3])
    show_table(
        [*many, Column("AGAIN", "amount_minor", money="currency")], [Owed("x", LARGE, "EUR")], empty=""
    )
    out = capsys.readouterr().out
    assert "…" not in out
    assert "NAME    x\n" in out
    assert "AMOUNT  10,000,000,000,000.00\n" in out


@pytest.mark.parametrize("name", NAMES)
def test_what_is_no_terminal_gets_everything_without_codes(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    show_table(COLUMNS, [Owed(name, LARGE, "JPY")], empty="none")
    show_record(Owed(name, LARGE, "JPY"))
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert out.count(name) == 2
    assert [line for line in out.splitlines() if line != line.rstrip()] == []
    assert "amount    1,000,000,000,000,000 JPY" in out


def test_a_year_has_four_digits(capsys: pytest.CaptureFixture[str]) -> None:
    show_record({"at": datetime(26, 3, 1, 5, tzinfo=UTC), "on": date(26, 3, 1)})
    assert capsys.readouterr().out == "at  0026-03-01 05:00\non  0026-03-01\n"


def test_a_name_of_any_script_is_itself_and_moves_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    show_record({"name": "क्\u200dष 👩\u200d👧 a\u202eb\x1b[2J"})
    assert capsys.readouterr().out == "name  क्\u200dष 👩\u200d👧 ab [2J\n"


def test_no_rows_are_said_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    show_table(COLUMNS, [], empty="nobody owes anything")
    assert capsys.readouterr().out == "nobody owes anything\n"


def test_json_has_minor_units_and_decimals_that_are_exact(capsys: pytest.CaptureFixture[str]) -> None:
    show_json({"share": Fraction(1, 3), "owed": Owed("x", LARGE, "EUR")})
    assert json.loads(capsys.readouterr().out) == {
        "share": "0.333333",
        "owed": {"name": "x", "amount_minor": LARGE, "currency": "EUR", "more_minor": 0},
    }


def test_a_result_gets_the_currency_that_it_does_not_say(capsys: pytest.CaptureFixture[str]) -> None:
    show_result({"allocated_minor": 5}, as_json=False, currency="KWD")
    assert capsys.readouterr().out == "allocated  0.005 KWD\n"
