"""The time axis an expression is evaluated over: all its instants at once.

An instant query is an axis of length one. Everything downstream is an array along this axis.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]
Objects = NDArray[np.object_]


def in_any_series(mask: Booleans) -> Booleans:
    """For each instant: whether the mask holds for some series."""
    found: Booleans = np.logical_or.reduce(mask, axis=0)
    return found


def in_any_instant(mask: Booleans) -> Booleans:
    """For each series: whether the mask holds at some instant."""
    found: Booleans = np.logical_or.reduce(mask, axis=1)
    return found


@dataclass(frozen=True)
class Axis:
    """`count` instants from `start_ms`, `step_ms` apart (milliseconds since the epoch)."""

    start_ms: int
    step_ms: int
    count: int

    @classmethod
    def spanning(cls, start_ms: int, end_ms: int, step_ms: int) -> Axis:
        """The instants from start to end inclusive; none when the end lies before the start."""
        return cls(start_ms, step_ms, max(0, (end_ms - start_ms) // step_ms + 1))

    @classmethod
    def instant(cls, at_ms: int) -> Axis:
        """A single instant."""
        return cls(at_ms, 1, 1)

    @property
    def end_ms(self) -> int:
        """The last instant."""
        return self.start_ms + (self.count - 1) * self.step_ms

    @cached_property
    def times(self) -> Integers:
        """Every instant, in milliseconds."""
        return self.start_ms + self.step_ms * np.arange(self.count, dtype=np.int64)

    @cached_property
    def first(self) -> Axis:
        """The first instant alone: what is evaluated for an expression that does not vary with time."""
        return self if self.count == 1 else Axis(self.start_ms, self.step_ms, 1)
