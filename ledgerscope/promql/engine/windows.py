"""Range selection: which samples of a series each instant of the axis sees, and walks over those samples.

Guards bit-equality with Prometheus: a walk visits the samples of every window strictly in their order, one
step of the walk handling all windows at once. Windows are visited longest first, so that the windows still
running are always a prefix and no masks are needed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledgerscope.promql.samples.axis import Floats, Integers
    from ledgerscope.promql.samples.storage import Samples


@dataclass(frozen=True)
class Windows:
    """For each instant the samples [lo, hi) it sees, of series that share their timestamps."""

    lo: Integers
    hi: Integers

    @classmethod
    def over(cls, times: Integers, ends: Integers, range_ms: int, *, left_open: bool) -> Windows:
        """The windows (end - range, end], or [end - range, end] where the left end is included."""
        hi = np.searchsorted(times, ends, side="right")
        lo = np.searchsorted(times, ends - range_ms, side="right" if left_open else "left")
        if left_open and range_ms == 0:
            lo = hi
        return cls(lo.astype(np.int64), hi.astype(np.int64))

    @cached_property
    def counts(self) -> Integers:
        """How many samples each instant sees."""
        return self.hi - self.lo

    @cached_property
    def longest(self) -> int:
        """The largest window."""
        return int(self.counts.max(initial=0))

    @cached_property
    def _order(self) -> Integers:
        return np.argsort(-self.counts, kind="stable")

    @cached_property
    def _running(self) -> Integers:
        """How many windows have more than j samples, for each j."""
        by_count = np.bincount(self.counts, minlength=self.longest + 1)
        running: Integers = len(self.counts) - np.cumsum(by_count)
        return running[: self.longest]

    def walk(self, start: int = 0) -> Iterator[tuple[int, int, Integers]]:
        """Sample by sample through all windows at once: (step, number still running, sample indexes).

        Accumulators are laid out longest window first: use `restore` on them at the end.
        """
        ordered = self.lo[self._order]
        for step in range(start, self.longest):
            count = int(self._running[step])
            yield step, count, ordered[:count] + step

    def in_walk_order(self, values: Floats) -> Floats:
        """Per-instant numbers laid out as a walk visits them (last axis)."""
        return values[..., self._order]

    def restore(self, values: Floats) -> Floats:
        """A walk's result back in the order of the axis (last axis)."""
        result = np.empty_like(values)
        result[..., self._order] = values
        return result

    @cached_property
    def first(self) -> Integers:
        """Index of the first sample of each window (a valid index even where the window is empty)."""
        return np.minimum(self.lo, np.maximum(self.hi - 1, 0))

    @cached_property
    def last(self) -> Integers:
        """Index of the last sample of each window (a valid index even where the window is empty)."""
        return np.maximum(self.hi - 1, 0)


@dataclass(frozen=True)
class Block:
    """Float series that share timestamps, with the windows over them: `values` is series by samples."""

    rows: tuple[int, ...]
    times: Integers
    values: Floats
    windows: Windows

    def at(self, index: Integers) -> Floats:
        """Each series' values at these samples."""
        return np.take(self.values, index, axis=1, mode="clip")


#: Elements of one block's result: small enough to stay in the processor's cache between operations.
_BLOCK_ELEMENTS = 1 << 16


def blocks(
    series: list[Samples], ends: Integers, range_ms: int, *, left_open: bool
) -> Iterator[tuple[list[int], Windows]]:
    """Rows of series grouped by shared timestamps, in cache-sized portions, with their windows."""
    groups: dict[int, list[int]] = {}
    for row, samples in enumerate(series):
        groups.setdefault(id(samples.times), []).append(row)
    portion = max(1, _BLOCK_ELEMENTS // max(1, len(ends)))
    for rows in groups.values():
        windows = Windows.over(series[rows[0]].times, ends, range_ms, left_open=left_open)
        for start in range(0, len(rows), portion):
            yield rows[start : start + portion], windows


def block_of(series: list[Samples], rows: list[int], windows: Windows) -> Block:
    """The float block of some rows."""
    stacked = np.stack([series[row].values for row in rows])
    return Block(tuple(rows), series[rows[0]].times, stacked, windows)
