"""What series notation stands for: a few runs of points, expanded into arrays when they are needed."""

from __future__ import annotations

import dataclasses
from dataclasses import replace
from itertools import accumulate
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from ledgerscope.promql.histograms.arithmetic import add, subtract
from ledgerscope.promql.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from ledgerscope.promql.histograms.histogram import Histogram


@dataclass(frozen=True, slots=True)
class Missing:
    """Points without a sample."""

    count: int


@dataclass(frozen=True, slots=True)
class Numbers:
    """A run of floats: `count` points, each `step` more than the one before."""

    start: float
    step: float
    count: int

    def values(self) -> NDArray[np.float64]:
        """The floats, added up one after the other as Prometheus does."""
        if self.step == 0:
            return np.full(self.count, self.start)
        run = np.full(self.count, self.step)
        run[0] = self.start
        with np.errstate(all="ignore"):  # infinities may cancel out, which is what the author wrote
            return np.add.accumulate(run)


@dataclass(frozen=True, slots=True)
class Histograms:
    """A run of native histograms: `count` points, each `step` more (or less, if `decreasing`).

    `hinted`: whether the literal named a reset hint.
    """

    start: Histogram
    step: Histogram | None
    count: int
    decreasing: bool = False
    hinted: bool = False

    def values(self) -> Iterator[Histogram]:
        """The histograms in order. Raises HistogramError where two cannot be combined."""
        combine = subtract if self.decreasing else add
        steps = [self.step] * (self.count - 1)
        return accumulate(
            steps,
            lambda total, step: total if step is None else combine(total, step).histogram,
            initial=self.start,
        )


Run: TypeAlias = "Missing | Numbers | Histograms"


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Points:
    """The samples a line stands for, one entry per step.

    `values` holds NaN where nothing is `present` or where a histogram stands. `histograms` is None when the
    line has none, else an array of objects with None at the other points; `hinted` says where the literal
    named a reset hint.
    """

    values: NDArray[np.float64]
    present: NDArray[np.bool_]
    histograms: NDArray[np.object_] | None
    hinted: NDArray[np.bool_] | None


@dataclass(frozen=True, slots=True)
class Series:
    """A line of test data: the labels (name as `__name__`, sorted) and what the values are."""

    labels: dict[str, str]
    runs: tuple[Run, ...]

    def __len__(self) -> int:
        return sum(run.count for run in self.runs)

    def expand(self) -> Points:
        """All points as arrays."""
        length = len(self)
        values, present = np.full(length, np.nan), np.zeros(length, dtype=np.bool_)
        histograms = hinted = None
        if any(isinstance(run, Histograms) for run in self.runs):
            histograms, hinted = np.full(length, None, dtype=np.object_), np.zeros(length, dtype=np.bool_)
        start = 0
        for run in self.runs:
            where = slice(start, start + run.count)
            start += run.count
            present[where] = not isinstance(run, Missing)
            if isinstance(run, Numbers):
                values[where] = run.values()
            elif isinstance(run, Histograms) and histograms is not None and hinted is not None:
                histograms[where] = list(run.values())
                hinted[where] = run.hinted
        return Points(values, present, histograms, hinted)


def first_point(runs: Iterable[Run]) -> tuple[Run, ...]:
    """The first sample of some runs alone; nothing where all are missing."""
    for run in runs:
        if not isinstance(run, Missing) and run.count:
            return (replace(run, count=1),)
    return ()
