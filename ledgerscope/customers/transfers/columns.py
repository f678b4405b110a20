"""Which column of a file is which field of a customer."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ledgerscope.customers.decision import Fault, Refused
from ledgerscope.customers.lifecycle.profile import CHANGEABLE
from ledgerscope.customers.transfers.errors import Unreadable
from ledgerscope.customers.transfers.problems import WARNING, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["EXPORTED", "Columns", "Names", "check_mapping"]

EXPORTED: Final = (
    "customer_number", *CHANGEABLE, "status", "source", "created_at", "updated_at", "deleted_at",
)  # fmt: skip
"""The columns of an export, in order; an import reads those that can change and passes over the rest."""
_IDENTIFYING: Final = ("external_id", "name")
_SHOWN: Final = 12
LEFT_OUT: Final = ""
"""What a mapping names as the field of a column that is not to be read."""


def check_mapping(mapping: Mapping[str, str]) -> Refused | None:
    """What is wrong with a mapping of columns to fields, whatever the file."""
    for column, field in mapping.items():
        if field not in (*CHANGEABLE, LEFT_OUT):
            known = ", ".join(CHANGEABLE)
            return Refused(f"map: {column}={field}: a field is one of {known}", Fault.INVALID, "map")
    twice = [field for field, n in Counter(mapping.values()).items() if n > 1 and field]
    if twice:
        return Refused(f"map: two columns are mapped to {twice[0]}", Fault.INVALID, "map")
    return None


class Names:
    """What the columns of a file are called: a field's own name, or what a mapping says."""

    def __init__(self, mapping: Mapping[str, str]) -> None:
        self._mapped = {_plain(column): field for column, field in mapping.items()}
        taken = set(self._mapped.values())
        self._own = {field: field for field in CHANGEABLE if field not in taken}
        self.mapped = tuple(mapping)

    def field(self, column: str) -> str | None:
        """The field of a column; `LEFT_OUT` for one that is passed over on purpose, None for a stranger."""
        name = _plain(column)
        if name in self._mapped:
            return self._mapped[name]
        if name in self._own:
            return name
        return LEFT_OUT if name in EXPORTED or name == "customer_id" else None

    def known(self, columns: Iterable[str]) -> int:
        """How many of these columns are fields."""
        return sum(bool(self.field(column)) for column in columns)


@dataclass(frozen=True, slots=True)
class Columns:
    """The fields of a table's columns, by place, and what to say about the others."""

    fields: tuple[tuple[int, str], ...]
    width: int
    warnings: tuple[Problem, ...]

    @classmethod
    def of(cls, header: Sequence[str], names: Names) -> Columns:
        """Read a header; raises Unreadable where columns are missing or say the same twice."""
        plain = [_plain(column) for column in header]
        twice = next((name for name, n in Counter(plain).items() if n > 1 and name), None)
        if twice is not None:
            raise Unreadable(f"the header has the column {twice!r} twice", field=twice)
        named = [names.field(column) for column in header]
        double = next((field for field, n in Counter(named).items() if n > 1 and field), None)
        if double is not None:
            both = " and ".join(repr(header[at]) for at, field in enumerate(named) if field == double)
            raise Unreadable(f"the columns {both} are both {double}", field=double)
        absent = [column for column in names.mapped if _plain(column) not in plain]
        if absent:
            raise Unreadable(f"no column is called {absent[0]!r}; there are {_listed(header)}", field="map")
        if not any(field in named for field in _IDENTIFYING):
            raise Unreadable(
                f"no column is external_id or name; there are {_listed(header)}. Say which is which, as "
                "--map 'Company=name'"
            )
        return cls(
            tuple((place, field) for place, field in enumerate(named) if field),
            len(header),
            tuple(unknown(column) for column, field in zip(header, named, strict=True) if field is None),
        )


def unknown(column: str) -> Problem:
    """That a column is passed over because nobody knows what it is."""
    shown = column if column.strip() else "a column without a name"
    fields = ", ".join(CHANGEABLE)
    return Problem(0, shown, f"is passed over: it is none of {fields}, and not mapped to one", WARNING)


def _plain(column: str) -> str:
    return column.strip().strip("\ufeff").casefold().replace(" ", "_").replace("-", "_")


def _listed(header: Sequence[str]) -> str:
    shown = ", ".join(repr(column[:40]) for column in header[:_SHOWN])
    return shown if len(header) <= _SHOWN else f"{shown} and {len(header) - _SHOWN} more"
