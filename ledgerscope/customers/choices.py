"""Words from closed lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledgerscope.customers.decision import Fault, Refused

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["check_choice"]


def check_choice(field: str, value: str | None, known: Collection[str]) -> Refused | None:
    """What is wrong with a value that is not in its list; None where it is, or where none is given."""
    if value is None or value in known:
        return None
    return Refused(f"{field}: one of {', '.join(known)}; not {value!r}", Fault.INVALID, field)
