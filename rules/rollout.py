"""What a case becomes when the exporter that serves its series is replaced on the way.

Two replacements, each at the worst moment. In the first, the new exporter comes when the old one has gone,
and the counters move in between. In the second, two exporters run, the one that has read the latest events
goes, and the other one reads them some scrapes later. Neither may change what a rule makes of the series.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from ledgerscope.catalogue import Kind
from ledgerscope.promql.series.notation import parse_values
from ledgerscope.promql.series.runs import Series
from rules.joined import joined
from rules.scenarios.model import Given, RecordingCase, given
from rules.target import INSTANCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import timedelta

    from ledgerscope.catalogue import Metric
    from rules.model import RuleArea

__all__ = ["REPLACEMENTS", "joined_cases", "replaced_case"]

_OLD, _NEW = "pod-1:9108", "pod-2:9108"
_BEHIND = 3
"""Scrapes that the second exporter is behind the first."""
_REACH = 15
"""Scrapes for which the joined counter still sees an exporter that is gone."""
_LONGER_THAN_REACH = 20

Values = tuple[float, ...]


def between(series: Sequence[Given]) -> tuple[Given, ...]:
    """The old exporter goes before the counters first move, the new one comes afterwards."""
    at = _first_move(series)
    return tuple(made for one in series for made in _in_turn(one, at))


def ahead(series: Sequence[Given]) -> tuple[Given, ...]:
    """The exporter that shows the first move goes at once, the other one shows it later."""
    at = _first_move(series)
    return tuple(made for one in series for made in _one_behind(one, at))


REPLACEMENTS: dict[str, Callable[[Sequence[Given]], tuple[Given, ...]]] = {
    "an exporter that is replaced": between,
    "an exporter that goes ahead of the others": ahead,
}
"""How an exporter can go, by what a case is called then."""


def replaced_case(case: RecordingCase) -> Iterator[RecordingCase]:
    """The case of a recording with each replacement; none where it reads no counter of the database."""
    if any(one.counted for one in case.series):
        for title, replacement in REPLACEMENTS.items():
            yield replace(case, title=f"{case.title}; {title}", series=replacement(case.series))


def joined_cases(area: RuleArea, metrics: Sequence[Metric], interval: timedelta) -> Iterator[RecordingCase]:
    """A case for each joined counter of the area: the count goes on whichever exporter serves it."""
    recorded = {one.name for one in area.recordings}
    for metric in metrics:
        if metric.is_counted_in_database and (one := joined(metric)).name in recorded:
            labels = _some_labels(metric)
            le = "+Inf" if metric.kind is Kind.HISTOGRAM else ""
            counter = given(metric, f"4x5 7x5 9x{_LONGER_THAN_REACH * 2}", le=le, **labels)
            case = RecordingCase(
                title=f"{metric} is counted once",
                expr=one.name,
                series=(counter,),
                at=(10 + _LONGER_THAN_REACH) * interval,
                yields=((dict(counter.labels), 9),),
            )
            yield from replaced_case(case)
            yield from _reach_cases(case, counter, interval)


def _reach_cases(case: RecordingCase, counter: Given, interval: timedelta) -> Iterator[RecordingCase]:
    """What the join takes from exporters that are behind, and from one that is gone."""
    yield replace(
        case,
        title=f"{counter.name}: the exporter that is ahead counts, as soon as it is",
        series=(
            replace(counter.on(_OLD), values=f"4x9 9x{_LONGER_THAN_REACH}"),
            replace(counter.on(_NEW), values=f"4x{_LONGER_THAN_REACH + 10}"),
        ),
        at=12 * interval,
    )
    gone = (replace(counter.on(_OLD), values="9x3 stale"),)
    title = f"{counter.name}: an exporter that is gone counts for {_REACH} scrapes"
    yield replace(case, title=title, series=gone, at=(_REACH + 2) * interval)
    yield replace(case, title=f"{title}, not longer", series=gone, at=(_REACH + 4) * interval, yields=())


def _some_labels(metric: Metric) -> dict[str, str]:
    own = metric.closed_label_sets()
    first = (
        own[0] if own else tuple(label.values[0] if label.closed else "some" for label in metric.labels[1:])
    )
    return {"company_id": "acme"} | dict(zip(metric.label_names[1:], first, strict=True))


def _first_move(series: Sequence[Given]) -> int:
    """The first scrape at which a counter differs from its first value; the second where none ever does."""
    moves = [_move(_expanded(one)) for one in series if one.counted]
    return min((move for move in moves if move), default=1)


def _move(values: Values) -> int:
    return next((at for at, value in enumerate(values) if value != values[0]), 0)


def _in_turn(one: Given, at: int) -> Iterator[Given]:
    values = _expanded(one)
    yield _served_by(_OLD, one, f"{_written(values[:at])} stale")
    yield _served_by(_NEW, one, f"_x{at} {_written(values[at:])}")


def _one_behind(one: Given, at: int) -> Iterator[Given]:
    values = _expanded(one)
    late = (values[0],) * _BEHIND + values[:-_BEHIND] if one.counted else values
    yield _served_by(_OLD, one, f"{_written(values[: at + 1])} stale")
    yield _served_by(_NEW, one, _written(late))


def _served_by(instance: str, one: Given, values: str) -> Given:
    return replace(one, labels={**one.labels, INSTANCE.name: instance}, values=values)


def _expanded(one: Given) -> Values:
    return tuple(Series({}, parse_values(one.values)).expand().values.tolist())


def _written(values: Values) -> str:
    """The values in the notation of promtool, equal ones as one item."""
    runs = ((value, len(list(run))) for value, run in groupby(values))
    return " ".join(f"{value:.15g}x{count - 1}" if count > 1 else f"{value:.15g}" for value, count in runs)
