"""Values and states over time as one line of text each, for failures a person reads in a terminal."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from ledgerscope.promql.samples.labels import METRIC_NAME
from ledgerscope.promql.template.floats import shortest
from ledgerscope.promql.text.durations import format_duration

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ledgerscope.promql.samples.axis import Axis, Booleans, Floats
    from ledgerscope.promql.samples.labels import Labels

WIDTH = 60
_BARS = "▁▂▃▄▅▆▇█"
_NOTHING = "·"
_STATES = "·pF"


def sparkline(values: Floats, present: Booleans, width: int = WIDTH) -> str:
    """A bar per stretch of time, as high as the last value in it; `·` where there is none."""
    finite = values[present & np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 0.0)
    return "".join(_bar(values, present, cells, low, high) for cells in _stretches(len(values), width))


def _bar(values: Floats, present: Booleans, cells: slice, low: float, high: float) -> str:
    here = values[cells][present[cells]]
    if not len(here):
        return _NOTHING
    value = float(here[-1])
    if not math.isfinite(value):
        return "!"
    if high == low:
        return _BARS[3]
    return _BARS[min(int((value - low) / (high - low) * len(_BARS)), len(_BARS) - 1)]


def state_line(states: Sequence[int], width: int = WIDTH) -> str:
    """A letter per stretch of time: `·` inactive, `p` pending, `F` firing (the highest of the stretch)."""
    return "".join(_STATES[max(states[cells])] for cells in _stretches(len(states), width))


def ruler(axis: Axis, start_ms: int, width: int = WIDTH) -> str:
    """The times the beginning and the end of a line stand for, counted from the start."""
    cells = min(axis.count, width)
    first, last = format_duration(axis.start_ms - start_ms), format_duration(axis.end_ms - start_ms)
    return first.ljust(max(cells - len(last), len(first) + 1)) + last


def spread(values: Floats, present: Booleans) -> str:
    """The smallest and the largest value."""
    here = values[present]
    if not len(here):
        return "no value"
    low, high = float(np.min(here)), float(np.max(here))
    return _rounded(low) if low == high else f"{_rounded(low)} to {_rounded(high)}"


def _rounded(value: float) -> str:
    """Six digits: what a plot shows needs no more."""
    return shortest(float(f"{value:.6g}"))


def one_line(expression: str) -> str:
    """An expression without its line breaks."""
    return " ".join(expression.split())


def series_text(labels: Labels) -> str:
    """A series as PromQL writes it: the name in front of the braces."""
    if not labels.name:
        return str(labels)
    rest = labels.drop(frozenset({METRIC_NAME}))
    return f"{labels.name}{rest}" if len(rest) else labels.name


def _stretches(count: int, width: int) -> list[slice]:
    cells = min(count, width)
    bounds = [index * count // cells for index in range(cells + 1)] if cells else []
    return [slice(begin, end) for begin, end in pairwise(bounds)]
