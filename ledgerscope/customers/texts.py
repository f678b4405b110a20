"""Which texts can be stored: how long they are, on how many lines, and of which form."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from unicodedata import category

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "EMAIL",
    "PERSON",
    "PHONE",
    "TextRule",
    "fault_of_characters",
    "fault_of_text",
    "fault_of_texts",
    "is_visible",
]

_EMAIL: Final = re.compile(r"[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+")
_NEVER_STORED: Final = {
    "Cc": "a control character ({})",
    "Cs": "a lone surrogate ({}), which is no character",
    "Zl": "a line separator ({})",
    "Zp": "a paragraph separator ({})",
}
"""Categories of characters that no text may hold, in words."""
_UNSEEN: Final = frozenset(_NEVER_STORED) | {"Cf", "Cn", "Co", "Me", "Mn", "Zs"}
_BLANKS: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and a pattern that are drawn as nothing: fillers of Hangul, and Braille without a dot."""


@dataclass(frozen=True, slots=True)
class TextRule:
    """A text of at most so many characters, on one line unless `lines`, of a pattern where there is one."""

    longest: int
    required: bool = False
    lines: bool = False
    pattern: re.Pattern[str] | None = None
    wanted: str = ""


EMAIL: Final = TextRule(254, pattern=_EMAIL, wanted="an address such as accounts@example.com")
PERSON: Final = TextRule(200, required=True)
PHONE: Final = TextRule(40)


def is_visible(text: str) -> bool:
    """Whether a text shows anything: not only spaces, marks without a letter, and what has no picture."""
    return any(category(each) not in _UNSEEN and each not in _BLANKS for each in text)


def fault_of_characters(text: str, *, kept: str = "") -> str | None:
    """What is wrong with the first character that no text may hold, but for those that are `kept`."""
    if text.isprintable():
        return None
    for each in text:
        if each not in kept and (words := _NEVER_STORED.get(category(each))) is not None:
            return f"holds {words.format(f'U+{ord(each):04X}')}"
    return None


def fault_of_texts(values: Mapping[str, str | None], rules: Mapping[str, TextRule]) -> tuple[str, str] | None:
    """The first field whose text cannot be stored, and why; None where all can be."""
    for field, rule in rules.items():
        fault = fault_of_text(values[field], rule) if field in values else None
        if fault is not None:
            return field, fault
    return None


def fault_of_text(value: object, rule: TextRule) -> str | None:
    """Why a text cannot be stored; None where it can be."""
    if value is None:
        return "is required" if rule.required else None
    if not isinstance(value, str):
        return f"is a text, not {type(value).__name__}"
    return next((fault for test in _TESTS if (fault := test(value, rule)) is not None), None)


def _extent(value: str, rule: TextRule) -> str | None:
    if not value.strip():
        return "is empty" if rule.required else "is empty; leave it out instead"
    if len(value) > rule.longest:
        return f"has {len(value)} characters; at most {rule.longest}"
    return None


def _characters(value: str, rule: TextRule) -> str | None:
    odd = fault_of_characters(value, kept="\t\r\n" if rule.lines else "")
    if odd is not None:
        return odd
    return None if is_visible(value) else "holds no character that can be seen"


def _form(value: str, rule: TextRule) -> str | None:
    if rule.pattern is None or rule.pattern.fullmatch(value) is not None:
        return None
    return f"{value!r} is not {rule.wanted}"


_TESTS: Final = (_extent, _characters, _form)
