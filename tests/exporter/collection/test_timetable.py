"""Collectors are due on their grids, meet where the grids meet, and are due once however late the tick is."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from exporter.collection.timetable import Timetable
from tests.exporter.doubles import NOON


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def test_everybody_is_due_at_the_origin_and_then_on_the_grid() -> None:
    table = Timetable({"jobs": seconds(15), "churn": seconds(60)}, NOON)
    due = [table.due(NOON + seconds(at)) for at in (0, 14, 15, 31, 45, 60)]
    assert due == [("jobs", "churn"), (), ("jobs",), ("jobs",), ("jobs",), ("jobs", "churn")]


def test_who_was_missed_several_times_is_due_once() -> None:
    table = Timetable({"jobs": seconds(15)}, NOON)
    assert [table.due(NOON + seconds(at)) for at in (0, 100, 100)] == [("jobs",), ("jobs",), ()]


def test_the_next_point_is_that_of_whoever_comes_first() -> None:
    table = Timetable({"jobs": seconds(15), "churn": seconds(20)}, NOON)
    following = [table.next_after(NOON + seconds(at)) for at in (0, 15, 20)]
    assert following == [NOON + seconds(at) for at in (15, 20, 30)]
    assert Timetable({}, NOON).next_after(NOON) is None


@given(st.lists(st.integers(1, 90), min_size=1, max_size=4), st.integers(1, 600))
def test_ticking_at_each_next_point_runs_each_collector_once_per_interval(
    intervals: list[int], length: int
) -> None:
    table = Timetable({str(n): seconds(interval) for n, interval in enumerate(intervals)}, NOON)
    runs = dict.fromkeys(map(str, range(len(intervals))), 0)
    now, end = NOON, NOON + seconds(length)
    while now <= end:
        for name in table.due(now):
            runs[name] += 1
        now = table.next_after(now) or end
    assert runs == {str(n): length // interval + 1 for n, interval in enumerate(intervals)}
