"""Which series an aggregation puts together, and the walk over the groups' members.

Guards the order of arithmetic: members are visited in the order of the series, one step of the walk
handling one member of every group at once. Larger groups come first, so that the groups still running are
always a prefix.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from ledgerscope.promql.samples.labels import EMPTY, METRIC_NAME, Labels

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ledgerscope.promql.samples.axis import Integers


@dataclass(frozen=True)
class Groups:
    """Groups in the order they are first met; `members` are row numbers, ascending."""

    labels: tuple[Labels, ...]
    members: tuple[tuple[int, ...], ...]

    def __len__(self) -> int:
        return len(self.labels)

    @cached_property
    def _order(self) -> list[int]:
        return sorted(range(len(self)), key=lambda group: -len(self.members[group]))

    def walk(self) -> Iterator[tuple[int, Integers]]:
        """Member by member through all groups at once: (groups still running, their rows).

        Accumulators are laid out largest group first: use `restored` for the order of `labels`.
        """
        ordered = [self.members[group] for group in self._order]
        running = len(ordered)
        for step in range(len(ordered[0]) if ordered else 0):
            while len(ordered[running - 1]) <= step:
                running -= 1
            yield running, np.array([members[step] for members in ordered[:running]], dtype=np.int64)

    @cached_property
    def restored(self) -> Integers:
        """For each group its place in the walk's layout."""
        places = np.empty(len(self), dtype=np.int64)
        places[self._order] = np.arange(len(self))
        return places


def group_rows(labels: Sequence[Labels], grouping: Iterable[str], *, without: bool) -> Groups:
    """The groups of an aggregation `by (grouping)` or `without (grouping)`."""
    names = frozenset(grouping)
    members: dict[Labels, list[int]] = {}
    for row, each in enumerate(labels):
        key = each.drop(names | {METRIC_NAME}) if without else each.keep(names) if names else EMPTY
        members.setdefault(key, []).append(row)
    return Groups(tuple(members), tuple(map(tuple, members.values())))
