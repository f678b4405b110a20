"""The fonts that statements are set in: Noto Sans for most scripts, from packages, and folders of one's own.

System fonts are left out, so that a statement looks the same on every machine.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ledgerscope.customers.statements.errors import MissingExtra

if TYPE_CHECKING:
    import typst

__all__ = ["FontFolders", "families", "load_fonts"]

FontFolders = tuple[Path, ...]
"""Folders of further fonts, for characters that Noto Sans does not have."""

_PACKAGES: Final = ("manimgx_fonts", "noto_cjk_sans_jp_regular")
_FIRST: Final = ("Noto Sans", "Noto Sans Arabic", "Noto Sans CJK JP")
"""Punctuation and digits are in many fonts: these are asked first."""


@cache
def load_fonts(folders: FontFolders) -> typst.Fonts:
    """All fonts of the packages and the folders, read once; raises MissingExtra."""
    if find_spec("typst") is None:
        raise MissingExtra("typst")
    import typst  # noqa: PLC0415 - of an extra: CSV needs none of it

    found = [*map(_folder_of, _PACKAGES), *folders]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=found)


def families(fonts: typst.Fonts) -> list[str]:
    """The families in the order in which they are asked for a character."""
    rest = sorted(set(fonts.families()) - set(_FIRST))
    return [*_FIRST, *rest]


def _folder_of(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise MissingExtra(package)
    return Path(spec.origin).parent
