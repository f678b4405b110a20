"""Range functions over one window at a time: where native histograms or start timestamps take part.

The slow twin of the block forms. A window with samples of both kinds is refused with a warning, or answered
from its floats with a remark, as each function has it.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from ledgerscope.promql.engine import annotations as notes
from ledgerscope.promql.engine.ranges import Point, RangeContext
from ledgerscope.promql.engine.windows import Block, Windows
from ledgerscope.promql.histograms.resets import is_reset

if TYPE_CHECKING:
    from ledgerscope.promql.engine.ranges import BlockForm, Outcome, PointForm, PointWindow
    from ledgerscope.promql.histograms.histogram import Histogram

NOTHING: Outcome = (None, ())


def floats_only(block: BlockForm) -> PointForm:
    """A function that uses the floats and remarks on histograms it passes over."""

    def function(window: PointWindow) -> Outcome:
        if not window.floats:
            return NOTHING
        value = _by_block(block, window)
        ignored = (notes.histogram_ignored_in_range(window.metric),) if window.histograms else ()
        return value, ignored

    return function


def _by_block(block: BlockForm, window: PointWindow) -> float | None:
    """The block form applied to a single window."""
    times = np.array([point.at_ms for point in window.floats], dtype=np.int64)
    values = np.array([[point.value for point in window.floats]])
    whole = Windows(np.zeros(1, dtype=np.int64), np.array([len(times)], dtype=np.int64))
    context = RangeContext(
        np.array([window.at_ms]),
        np.array([window.end_ms]),
        window.end_ms - window.start_ms,
        tuple(np.array([scalar]) for scalar in window.scalars),
        window.compat,
    )
    result, present = block(Block((0,), times, values, whole), context)
    return float(result[0, 0]) if bool(np.broadcast_to(present, (1, 1))[0, 0]) else None


def count(window: PointWindow) -> Outcome:
    """How many samples of either kind."""
    return float(len(window.floats) + len(window.histograms)), ()


def present(window: PointWindow) -> Outcome:  # noqa: ARG001 - the form's shape
    """1, there being samples."""
    return 1.0, ()


def first(window: PointWindow) -> Outcome:
    """The oldest sample."""
    return _sample(window.ordered[0]), ()


def last(window: PointWindow) -> Outcome:
    """The newest sample."""
    return _sample(window.ordered[-1]), ()


def _sample(point: Point) -> float | Histogram:
    return point.value if point.histogram is None else point.histogram


def time_of_first(window: PointWindow) -> Outcome:
    """When the oldest sample was taken, in seconds."""
    return window.ordered[0].at_ms / 1000.0, ()


def time_of_last(window: PointWindow) -> Outcome:
    """When the newest sample was taken, in seconds."""
    return window.ordered[-1].at_ms / 1000.0, ()


def changes(window: PointWindow) -> Outcome:
    """How often the sample changed; a change of kind is one."""
    return float(sum(_changed(*pair) for pair in pairwise(window.ordered))), ()


def _changed(before: Point, after: Point) -> bool:
    if before.histogram is None and after.histogram is None:
        both_nan = math.isnan(before.value) and math.isnan(after.value)
        return after.value != before.value and not both_nan
    if before.histogram is None or after.histogram is None:
        return True
    return not after.histogram.same_data(before.histogram)


def resets(window: PointWindow) -> Outcome:
    """How often the counter was reset; a change of kind is a reset."""
    return float(sum(restarted(*pair) for pair in pairwise(window.ordered))), ()


def restarted(before: Point, after: Point) -> bool:
    """Whether counting started anew between two samples."""
    if starts_anew(before, after):
        return True
    if before.histogram is None and after.histogram is None:
        return after.value < before.value
    if before.histogram is None or after.histogram is None:
        return True
    return is_reset(after.histogram, before.histogram)


def starts_anew(before: Point, after: Point) -> bool:
    """Whether the start timestamps say that counting began anew.

    A start exactly at the previous sample means a delta, unless the previous start is unknown or senseless.
    """
    if not before.at_ms <= after.start_ms < after.at_ms or not after.start_ms:
        return False
    return after.start_ms > before.at_ms or 0 != before.start_ms < before.at_ms


def overlap(before: Point, after: Point) -> bool:
    """Whether a sample claims to have begun before the previous one was taken, and not together with it."""
    return bool(after.start_ms) and after.start_ms < before.at_ms and after.start_ms != before.start_ms
