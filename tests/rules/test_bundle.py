"""Generated files on disk: what is missing, different or superfluous is found, and writing fixes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rules.bundle import Bundle, Difference, compare, join, write

if TYPE_CHECKING:
    from pathlib import Path

BUNDLE = Bundle({"made/a.yml": b"a", "made/b.yml": b"b"}, ("made/*.yml",))


def test_writing_into_an_empty_folder_makes_every_file(tmp_path: Path) -> None:
    assert write(BUNDLE, tmp_path) == [
        Difference("made/a.yml", "missing"),
        Difference("made/b.yml", "missing"),
    ]
    assert (tmp_path / "made" / "a.yml").read_bytes() == b"a"
    assert compare(BUNDLE, tmp_path) == []
    assert write(BUNDLE, tmp_path) == []


def test_what_differs_is_told_and_left_alone_until_it_is_written(tmp_path: Path) -> None:
    write(BUNDLE, tmp_path)
    (tmp_path / "made" / "a.yml").write_bytes(b"edited")
    (tmp_path / "made" / "b.yml").unlink()
    (tmp_path / "made" / "c.yml").write_bytes(b"of a rule that is gone")
    found = compare(BUNDLE, tmp_path)
    assert [str(one) for one in found] == [
        "made/a.yml: different",
        "made/b.yml: missing",
        "made/c.yml: superfluous",
    ]
    assert (tmp_path / "made" / "a.yml").read_bytes() == b"edited"
    assert write(BUNDLE, tmp_path) == found
    assert compare(BUNDLE, tmp_path) == []


def test_files_that_belong_to_nobody_are_left_alone(tmp_path: Path) -> None:
    write(BUNDLE, tmp_path)
    (tmp_path / "made" / "notes.txt").write_text("mine")
    (tmp_path / "made" / "deep.yml").mkdir()
    assert compare(BUNDLE, tmp_path) == []


def test_bundles_are_joined_and_may_not_claim_the_same_path() -> None:
    other = Bundle({"other.json": b"{}"}, ("*.json",))
    both = join([BUNDLE, other])
    assert both.files.keys() == {"made/a.yml", "made/b.yml", "other.json"}
    assert both.owned == ("made/*.yml", "*.json")
    with pytest.raises(ValueError, match=r"made/a\.yml is generated twice"):
        join([BUNDLE, BUNDLE])
