"""The fonts of statements."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ledgerscope.customers.statements.errors import MissingExtra
from ledgerscope.customers.statements.rendering import fonts

if TYPE_CHECKING:
    from pathlib import Path


def test_a_package_that_is_not_installed_is_named_with_its_extra() -> None:
    with pytest.raises(MissingExtra) as raised:
        fonts._folder_of("no_such_fonts")
    assert str(raised.value) == (
        "PDF statements need the package no_such_fonts: install ledgerscope[statements], or ask for CSV"
    )


def test_a_folder_of_ones_own_comes_after_those_of_the_packages(tmp_path: Path) -> None:
    (original,) = fonts._folder_of("manimgx_fonts").glob("NotoSansThai*")
    (tmp_path / "own.ttf").write_bytes(original.read_bytes())
    found = fonts.families(fonts.load_fonts((tmp_path,)))
    assert found[:3] == ["Noto Sans", "Noto Sans Arabic", "Noto Sans CJK JP"]
    assert "Noto Sans Thai" in found
    assert len(found) == len(set(found))
