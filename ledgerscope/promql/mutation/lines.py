"""Input series as they can be changed and written again: values one by one, in the notation of test files."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise, takewhile
from typing import TYPE_CHECKING

import numpy as np

from ledgerscope.promql.samples.labels import METRIC_NAME
from ledgerscope.promql.samples.stale import STALE, STALE_BITS
from ledgerscope.promql.series.runs import Histograms, Missing, Numbers, Series
from ledgerscope.promql.text.numbers import format_float
from ledgerscope.promql.text.quoting import quote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ledgerscope.promql.series.runs import Run

_DIGITS = ".12g"


@dataclass(frozen=True, slots=True)
class Line:
    """A series of floats; None where there is no sample, the stale marker where it ends."""

    labels: Mapping[str, str]
    values: tuple[float | None, ...]

    @classmethod
    def of(cls, series: Series) -> Line | None:
        """The values of a series; None where it has native histograms, which cannot be written here."""
        if any(isinstance(run, Histograms) for run in series.runs):
            return None
        points = series.expand()
        cells = zip(
            points.values.tolist(), points.present.tolist(), points.values.view(np.uint64), strict=True
        )
        values = (_value(value, int(bits)) if there else None for value, there, bits in cells)
        return cls(series.labels, tuple(values))

    def __hash__(self) -> int:
        return hash((tuple(self.labels.items()), self.values))

    @property
    def name(self) -> str:
        """The metric."""
        return self.labels.get(METRIC_NAME, "")

    def mapped(self, change: Callable[[float], float]) -> Line:
        """The same with every number changed, rounded so that it can be read."""
        return Line(
            self.labels,
            tuple(
                value if value is None or is_end(value) else float(format(change(value), _DIGITS))
                for value in self.values
            ),
        )

    def labelled(self, **labels: str) -> Line:
        """The same with other labels; an empty one is left out."""
        changed = {**self.labels, **labels}
        return Line({name: value for name, value in sorted(changed.items()) if value}, self.values)

    def series(self) -> Series:
        """The series that a test has."""
        return Series(dict(self.labels), tuple(_runs(self.values)))

    def written(self) -> tuple[str, str]:
        """The series and its values as a test file has them."""
        inner = ", ".join(f"{k}={quote(v)}" for k, v in self.labels.items() if k != METRIC_NAME)
        head = f"{self.name}{{{inner}}}" if inner or not self.name else self.name
        return head, " ".join(_written(run) for run in _runs(self.values))


def _value(value: float, bits: int) -> float:
    """The value; every stale marker is the one object that says so."""
    return STALE if bits == STALE_BITS else value


def is_end(value: float | None) -> bool:
    """Whether a value is the stale marker."""
    return value is STALE or (
        value is not None and math.isnan(value) and int(np.float64(value).view(np.uint64)) == STALE_BITS
    )


def _runs(values: tuple[float | None, ...]) -> Iterator[Run]:
    """What is equal, or grows by equal steps, as one run."""
    place = 0
    while place < len(values):
        value = values[place]
        count = _equal(values, place)
        if value is None:
            yield Missing(count)
        elif is_end(value):
            yield Numbers(STALE, 0.0, count)
        elif count == 1 and (grown := _growing(values, place)) >= _SHORTEST:
            yield Numbers(value, (values[place + 1] or 0.0) - value, count := grown)
        else:
            yield Numbers(value, 0.0, count)
        place += count


_SHORTEST = 3


def _equal(values: tuple[float | None, ...], start: int) -> int:
    """How many values from a place on are equal."""
    first = _key(values[start])
    return next((at for at, each in enumerate(values[start:]) if _key(each) != first), len(values) - start)


def _growing(values: tuple[float | None, ...], start: int) -> int:
    """How many values from a place on follow each other by one step, added up as series notation does."""
    numbers = [each for each in takewhile(_is_finite, values[start:]) if each is not None]
    if len(numbers) < _SHORTEST or numbers[0] == numbers[1]:
        return 1
    step = numbers[1] - numbers[0]
    steps = takewhile(lambda pair: repr(pair[0] + step) == repr(pair[1]), pairwise(numbers))
    return 1 + len(list(steps))


def _is_finite(value: float | None) -> bool:
    return value is not None and math.isfinite(value)


def _key(value: float | None) -> str:
    """What makes values one run: NaN equals NaN here, and 0 is not -0."""
    return "_" if value is None else "stale" if is_end(value) else repr(value)


def _written(run: Run) -> str:
    match run:
        case Missing(count=count):
            return "_" if count == 1 else f"_x{count}"
        case Numbers(start=start, count=count) if math.isnan(start):
            return " ".join(["stale" if is_end(start) else "NaN"] * count)  # words are not repeated by `x`
        case Numbers(start=start, step=step, count=count):
            text = format_float(start)
            if step:
                text += f"{'-' if step < 0 else '+'}{format_float(abs(step))}"
            return text if count == 1 else f"{text}x{count - 1}"
        case _:
            raise AssertionError(run)
