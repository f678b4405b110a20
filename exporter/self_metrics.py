"""The exporter about itself, as readings of the catalogue's self-metrics.

Age and state depend on the time of the scrape, so this small fragment is rendered for each scrape, from the
same page whose values it is about. A table from metric to what one record says about it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from collectors.base import Reading
from exporter.condition import State
from ledgerscope.catalogue import exporter as catalogue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from exporter.condition import Record
    from exporter.page import Page
    from ledgerscope.catalogue import Metric

    Told = Iterator[tuple[tuple[str, ...], float]]

__all__ = ["self_readings"]


def self_readings(
    page: Page, now: datetime, version: str, collectors: Iterable[str] | None = None
) -> list[Reading]:
    """What a page at `now` says about its collectors (all of them, or those named) and about the process."""
    records = [page.records[name] for name in (page.records if collectors is None else collectors)]
    readings = [
        Reading(metric, (record.name, *labels), value)
        for metric, told in _PER_COLLECTOR.items()
        for record in records
        for labels, value in told(record, now)
    ]
    if page.database is not None:
        readings.append(Reading(catalogue.DATABASE_UP, (), float(page.database)))
    readings.append(Reading(catalogue.BUILD_INFO, (version,), 1.0))
    return readings


def _up(record: Record, _now: datetime) -> Told:
    if record.succeeded is not None:
        yield (), float(record.succeeded)


def _state(record: Record, now: datetime) -> Told:
    current = record.state(now)
    return (((state,), float(state is current)) for state in State)


def _age(record: Record, now: datetime) -> Told:
    if record.slot is not None:
        yield (), (now - record.slot.as_of).total_seconds()


def _last_success(record: Record, _now: datetime) -> Told:
    if record.slot is not None:
        yield (), record.slot.finished_at.timestamp()


def _interval(record: Record, _now: datetime) -> Told:
    if record.policy.enabled:
        yield (), record.policy.interval.total_seconds()


def _duration(record: Record, _now: datetime) -> Told:
    if record.duration is not None:
        yield (), record.duration


def _samples(record: Record, now: datetime) -> Told:
    served = record.served(now)
    yield (), float(served.samples if served else 0)


def _failures(record: Record, _now: datetime) -> Told:
    return (((kind,), float(count)) for kind, count in record.failures.items())


def _consecutive_failures(record: Record, _now: datetime) -> Told:
    yield (), float(record.consecutive)


def _skipped(record: Record, _now: datetime) -> Told:
    yield (), float(record.skipped)


def _rebases(record: Record, _now: datetime) -> Told:
    yield (), float(record.rebases)


def _misplaced(record: Record, _now: datetime) -> Told:
    yield (), float(record.misplaced)


_PER_COLLECTOR: dict[Metric, Callable[[Record, datetime], Told]] = {
    catalogue.UP: _up,
    catalogue.STATE: _state,
    catalogue.AGE: _age,
    catalogue.LAST_SUCCESS: _last_success,
    catalogue.INTERVAL: _interval,
    catalogue.DURATION: _duration,
    catalogue.SAMPLES: _samples,
    catalogue.FAILURES: _failures,
    catalogue.CONSECUTIVE_FAILURES: _consecutive_failures,
    catalogue.SKIPPED: _skipped,
    catalogue.REBASES: _rebases,
    catalogue.MISPLACED: _misplaced,
}
