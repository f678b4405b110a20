"""Statements as files in a folder."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from ledgerscope.customers.statements import Folder, StatementFile
from ledgerscope.customers.statements.delivery import Letter
from ledgerscope.customers.statements.errors import DeliveryFailed
from tests.customers.statements.accounts import FEBRUARY

if TYPE_CHECKING:
    from pathlib import Path

FILE = StatementFile("a" * 32, "statement.pdf", "application/pdf", b"first")
LETTER = Letter(FILE, "Acme", FEBRUARY, datetime(2026, 3, 1, 9, tzinfo=UTC), None)


def test_a_statement_is_there_whole_and_nothing_else_is(tmp_path: Path) -> None:
    Folder(tmp_path).deliver(LETTER)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"statement.pdf": b"first"}
    assert (tmp_path / "statement.pdf").stat().st_mode & 0o777 == 0o600


def test_the_same_file_again_is_no_error(tmp_path: Path) -> None:
    Folder(tmp_path).deliver(LETTER)
    Folder(tmp_path).deliver(LETTER)
    assert [path.name for path in tmp_path.iterdir()] == ["statement.pdf"]


def test_another_statement_is_never_replaced(tmp_path: Path) -> None:
    Folder(tmp_path).deliver(LETTER)
    with pytest.raises(DeliveryFailed, match=r"statement\.pdf is there already") as raised:
        Folder(tmp_path).deliver(replace(LETTER, file=replace(FILE, content=b"second")))
    assert not raised.value.temporary
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"statement.pdf": b"first"}


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(DeliveryFailed, match="cannot write into the folder") as raised:
        Folder(tmp_path / "none").deliver(LETTER)
    assert raised.value.temporary


def test_a_folder_in_the_place_of_the_file_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / FILE.name).mkdir()
    with pytest.raises(DeliveryFailed, match="cannot write into the folder"):
        Folder(tmp_path).deliver(LETTER)
    assert [path.name for path in tmp_path.iterdir()] == [FILE.name]
