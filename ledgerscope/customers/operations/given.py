"""What comes with a request from outside: texts that can be stored, of lengths that can be kept."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any, Final

from ledgerscope.customers.decision import Fault, Refused
from ledgerscope.customers.texts import fault_of_characters, is_visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ledgerscope.customers.operations.caller import Note

__all__ = [
    "LONGEST_NAME",
    "fault_of_actor",
    "fault_of_content",
    "fault_of_identifier",
    "fault_of_note",
    "is_storable",
]

LONGEST_NAME: Final = 200
_LONGEST_REMARK: Final = 2000
_SURROGATES: Final = range(0xD800, 0xE000)


def is_storable(text: str) -> bool:
    """Whether PostgreSQL can hold a text: it has no NUL and no half of a surrogate pair."""
    return "\x00" not in text and (text.isascii() or not any(ord(each) in _SURROGATES for each in text))


def fault_of_content(content: object, field: str | None = None) -> Refused | None:
    """What is wrong with the first text, at any depth, that cannot be stored."""
    if isinstance(content, str):
        if is_storable(content):
            return None
        return Refused(
            f"{field or 'the request'}: holds a character that cannot be stored", Fault.INVALID, field
        )
    faults = (fault_of_content(value, name or field) for name, value in _parts(content))
    return next((fault for fault in faults if fault is not None), None)


def fault_of_note(note: Note) -> Refused | None:
    """What is wrong with the reason or the comment, which are kept with the audit log."""
    for field, value in (("reason", note.reason), ("comment", note.comment)):
        if value is None:
            continue
        if len(value) > _LONGEST_REMARK or not is_visible(value):
            return Refused(f"{field}: 1 to {_LONGEST_REMARK} characters", Fault.INVALID, field)
        odd = fault_of_characters(value, kept="\n\t")
        if odd is not None:
            return Refused(f"{field}: {odd}", Fault.INVALID, field)
    return None


def fault_of_actor(value: object) -> str | None:
    """What is wrong with the identifier of a user or service, which logs, events and the audit log keep."""
    if isinstance(value, str) and "@" in value:
        return "an identifier, no e-mail address"
    return fault_of_identifier(value)


def fault_of_identifier(value: object) -> str | None:
    """What is wrong with the identifier of a company or of a request of another system."""
    if (
        not isinstance(value, str)
        or not value.strip()
        or len(value) > LONGEST_NAME
        or not value.isprintable()
    ):
        return f"1 to {LONGEST_NAME} printable characters"
    return None


def _parts(content: object) -> Iterator[tuple[str | None, Any]]:
    if is_dataclass(content) and not isinstance(content, type):
        yield from ((each.name, getattr(content, each.name)) for each in fields(content))
    elif isinstance(content, dict):
        mapping: Mapping[Any, Any] = content
        yield from ((str(name), value) for name, value in mapping.items())
        yield from ((None, name) for name in mapping)
    elif isinstance(content, (list, tuple, set, frozenset)):
        yield from ((None, value) for value in content)
