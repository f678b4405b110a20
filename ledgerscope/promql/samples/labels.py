"""A series' identity: a sorted set of label names and values.

Guards one invariant: two label sets with the same pairs are the same object, so that grouping, matching and
caching compare by identity and hash once. Everything that names a series passes through here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from ledgerscope.promql.text.quoting import quote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

METRIC_NAME = "__name__"
BUCKET_BOUND = "le"

#: Labels that describe the metric's schema; an operation that changes the meaning of the values drops them.
SCHEMA_LABELS = frozenset({METRIC_NAME, "__type__", "__unit__"})

Pairs = tuple[tuple[str, str], ...]

_interned: WeakValueDictionary[Pairs, Labels] = WeakValueDictionary()


class Labels:
    """An immutable label set, sorted by name. A label with an empty value is a label that is not there."""

    __slots__ = ("__weakref__", "_derived", "_hash", "_values", "pairs")

    pairs: Pairs
    _values: dict[str, str] | None  # made when first needed, like the next: there can be a million label sets
    _hash: int
    _derived: dict[object, Labels] | None

    def __new__(  # noqa: PYI034 - interning gives exactly this type, never a subclass
        cls, labels: Mapping[str, str] | Iterable[tuple[str, str]] = ()
    ) -> Labels:
        values = {name: value for name, value in dict(labels).items() if value}
        return _intern(tuple(sorted(values.items())))

    def __reduce__(self) -> tuple[type[Labels], tuple[Pairs]]:
        return Labels, (self.pairs,)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return self is other

    def __lt__(self, other: Labels) -> bool:
        return self.pairs < other.pairs

    def __len__(self) -> int:
        return len(self.pairs)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self.pairs)

    def __contains__(self, name: object) -> bool:
        return name in (self._values or dict(self.pairs))

    def __str__(self) -> str:
        return "{" + ", ".join(f"{_label_name(name)}={quote(value)}" for name, value in self.pairs) + "}"

    def __repr__(self) -> str:
        return f"Labels({self})"

    @property
    def name(self) -> str:
        """The metric name; empty when the series has none."""
        return self._by_name().get(METRIC_NAME, "")

    def get(self, name: str) -> str:
        """The label's value; empty when the label is missing, as everywhere in PromQL."""
        return self._by_name().get(name, "")

    def as_dict(self) -> dict[str, str]:
        """A fresh dictionary of the pairs."""
        return dict(self.pairs)

    def _by_name(self) -> dict[str, str]:
        if self._values is None:
            self._values = dict(self.pairs)
        return self._values

    def replace(self, name: str, value: str) -> Labels:
        """The same labels but for one, set or (with an empty value) removed."""
        if self.get(name) == value:
            return self
        return Labels({**self._by_name(), name: value})

    def merge(self, others: Mapping[str, str]) -> Labels:
        """The same labels but for several, set or removed."""
        return Labels({**self._by_name(), **others})

    def keep(self, names: frozenset[str]) -> Labels:
        """Only the given labels."""
        return self._derive(("keep", names), lambda name: name in names)

    def drop(self, names: frozenset[str]) -> Labels:
        """All but the given labels."""
        return self._derive(("drop", names), lambda name: name not in names)

    def _derive(self, key: object, wanted: Callable[[str], bool]) -> Labels:
        found = None if self._derived is None else self._derived.get(key)
        if found is None:
            found = _intern(tuple(pair for pair in self.pairs if wanted(pair[0])))
            if found is not self:  # a reference to oneself would outlive the last user
                if self._derived is None:
                    self._derived = {}
                self._derived[key] = found
        return found


def _intern(pairs: Pairs) -> Labels:
    found = _interned.get(pairs)
    if found is None:
        found = object.__new__(Labels)
        found.pairs = pairs
        found._values = None
        found._hash = hash(pairs)
        found._derived = None
        _interned[pairs] = found
    return found


EMPTY = Labels()


def _label_name(name: str) -> str:
    plain = name.isascii() and name.replace("_", "a").isalnum() and not name[0].isdigit()
    return name if plain else quote(name)
