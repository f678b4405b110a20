"""A log in files of one day each: by the date of the record, kept as long as is set, shared by processes."""

from __future__ import annotations

import logging
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from ledgerscope.logs.daily_files import DailyFiles

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def record(message: str, day: date) -> logging.LogRecord:
    made = logging.LogRecord("ledgerscope", logging.INFO, "", 0, message, None, None)
    made.created = datetime(day.year, day.month, day.day, 23, 59, tzinfo=UTC).timestamp()
    return made


def today() -> date:
    return datetime.now(UTC).date()


def test_a_line_is_in_the_file_of_its_day(tmp_path: Path) -> None:
    files = DailyFiles(tmp_path / "made" / "ls.log", days=30)
    first = today() + timedelta(days=1)
    for number in range(3):
        files.emit(record(f"line {number}", first + timedelta(days=number // 2)))
    files.close()
    assert files.file_of(first).read_text() == "line 0\nline 1\n"
    assert files.file_of(first + timedelta(days=1)).read_text() == "line 2\n"
    assert files.file_of(date(2026, 3, 10)).name == "ls-2026-03-10.log"


def test_files_that_are_too_old_go_and_others_are_left_alone(tmp_path: Path) -> None:
    files = DailyFiles(tmp_path / "ls.log", days=3)
    others = {"ls-errors-2020-01-01.log", "other.log", "ls-2020-01-01.log.gz"}
    for name in others:
        (tmp_path / name).touch()
    for number in range(6):
        files.emit(record("x", today() + timedelta(days=number)))
    files.close()
    kept = {each.name for each in tmp_path.iterdir()} - others
    assert kept == {files.file_of(today() + timedelta(days=number)).name for number in (3, 4, 5)}
    assert others <= {each.name for each in tmp_path.iterdir()}


def test_two_that_write_the_same_file_lose_nothing_of_each_other(tmp_path: Path) -> None:
    one, two = (DailyFiles(tmp_path / "ls.log", days=2) for _ in range(2))
    for number in range(4):
        day = today() + timedelta(days=number // 2)
        one.emit(record(f"one {number}", day))
        two.emit(record(f"two {number}", day))
    one.close()
    two.close()
    written = [line for each in sorted(tmp_path.iterdir()) for line in each.read_text().splitlines()]
    assert written == [f"{name} {number}" for number in range(4) for name in ("one", "two")]


def test_what_cannot_be_written_breaks_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    files = DailyFiles(tmp_path / "ls.log", days=2)
    files.close()
    files.emit(record("lost", today()))
    monkeypatch.setattr(logging, "raiseExceptions", False)
    files.emit(record("lost quietly", today()))
    assert "Bad file descriptor" in capsys.readouterr().err


def test_files_are_not_for_everybody(tmp_path: Path) -> None:
    files = DailyFiles(tmp_path / "ls.log", days=2)
    files.close()
    assert files.file_of(today()).stat().st_mode & 0o007 == 0
