"""The life of one alert: inactive, pending, firing, along the time axis.

Pending from the first step the expression has it, firing once `for` has passed, and kept firing for
`keep_firing_for` after the expression has lost it. Computed run by run instead of step by step.
"""

from __future__ import annotations

import enum
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from ledgerscope.promql.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from ledgerscope.promql.samples.axis import Booleans, Integers


class State(enum.IntEnum):
    """What an alert is doing at one step."""

    INACTIVE = 0
    PENDING = 1
    FIRING = 2

    @property
    def word(self) -> str:
        """The word Prometheus uses."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Life:
    """States along the axis, and since when (milliseconds) the alert has been active where it is."""

    states: NDArray[np.int8]
    active_since: Integers


def live(active: Booleans, times: Integers, for_ms: int, keep_firing_for_ms: int) -> Life:
    """The life of an alert that its expression has where `active`."""
    states = np.zeros(len(active), dtype=np.int8)
    since = np.zeros(len(active), dtype=np.int64)
    state, active_at = State.INACTIVE, 0
    for begin, end, has in _runs(active):
        if has:
            if state is State.INACTIVE:
                state, active_at = State.PENDING, int(times[begin])
            fires = begin
            if state is State.PENDING:
                states[begin:end] = State.PENDING
                fires = begin + int(np.searchsorted(times[begin:end], active_at + for_ms, side="left"))
            states[fires:end] = State.FIRING
            since[begin:end] = active_at
            state = State(int(states[end - 1]))
        elif state is State.FIRING:
            stays = begin + int(
                np.searchsorted(times[begin:end], times[begin] + keep_firing_for_ms, side="left")
            )
            states[begin:stays] = State.FIRING
            since[begin:stays] = active_at
            state = State.FIRING if stays == end else State.INACTIVE
        else:
            state = State.INACTIVE
    return Life(states, since)


def _runs(mask: Booleans) -> Iterator[tuple[int, int, bool]]:
    """Begin, end and value of each stretch of equal values."""
    if not len(mask):
        return
    edges = np.flatnonzero(mask[1:] != mask[:-1]) + 1
    bounds = [0, *edges.tolist(), len(mask)]
    for begin, end in pairwise(bounds):
        yield begin, end, bool(mask[begin])
