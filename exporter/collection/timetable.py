"""When each collector is due: on a grid of its interval, so that collectors meet in one tick where they can.

Pure; the scheduler asks it. A collector that was due and not run is due still, once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta

__all__ = ["Timetable"]


class Timetable:
    """Grids that begin at `origin`; each collector is due at its origin for the first time."""

    def __init__(self, intervals: Mapping[str, timedelta], origin: datetime) -> None:
        self._intervals = dict(intervals)
        self._origin = origin
        self._served = dict.fromkeys(intervals, -1)

    def due(self, now: datetime) -> tuple[str, ...]:
        """Who has become due since last asked; asking counts as serving."""
        points = {name: self._point(name, now) for name in self._intervals}
        due = tuple(name for name, point in points.items() if point > self._served[name])
        self._served.update((name, points[name]) for name in due)
        return due

    def next_after(self, now: datetime) -> datetime | None:
        """The next grid point of anybody; None where there is nobody."""
        points = (
            self._origin + (self._point(name, now) + 1) * interval
            for name, interval in self._intervals.items()
        )
        return min(points, default=None)

    def _point(self, name: str, now: datetime) -> int:
        return (now - self._origin) // self._intervals[name]
