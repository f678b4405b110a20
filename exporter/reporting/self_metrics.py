"""The exporter about itself, as readings of the catalogue's self-metrics.

Most of it lasts as long as the page that it is about, and is rendered once per page. State, age and what is
served pass with time, and are rendered for each scrape. Two tables from metric to what one record says.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from collectors.base import Reading
from exporter.state.collector_state import State
from ledgerscope.catalogue import exporter as catalogue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from exporter.state.collector_state import Record
    from exporter.state.page import Page
    from ledgerscope.catalogue import Metric

    Values = Iterator[tuple[tuple[str, ...], float]]

__all__ = ["ISOLATED_NAMED", "lasting_readings", "passing_readings", "self_readings"]


ISOLATED_NAMED = catalogue.ISOLATED_COMPANY.label("company_id").bound
"""How many isolated companies of a collector have a series of their own, so that the page stays bounded."""


def self_readings(
    page: Page, now: datetime, version: str, collectors: Iterable[str] | None = None
) -> list[Reading]:
    """What a page at `now` says about its collectors (all of them, or those named) and about the process."""
    return [*lasting_readings(page, version, collectors), *passing_readings(page, now, collectors)]


def lasting_readings(page: Page, version: str, collectors: Iterable[str] | None = None) -> Iterator[Reading]:
    """The part that is the same at any time while the page is served."""
    records = _chosen(page, collectors)
    for metric, values_of in _LASTING.items():
        for record in records:
            for labels, value in values_of(record):
                yield Reading(metric, (record.name, *labels), value)
    if page.database is not None:
        yield Reading(catalogue.DATABASE_UP, (), float(page.database))
    yield Reading(catalogue.BUILD_INFO, (version,), 1.0)


def passing_readings(page: Page, now: datetime, collectors: Iterable[str] | None = None) -> Iterator[Reading]:
    """The part that depends on the time of the scrape."""
    records = _chosen(page, collectors)
    for metric, values_of in _PASSING.items():
        for record in records:
            for labels, value in values_of(record, now):
                yield Reading(metric, (record.name, *labels), value)


def _chosen(page: Page, collectors: Iterable[str] | None) -> list[Record]:
    return [page.records[name] for name in (page.records if collectors is None else collectors)]


def _up(record: Record) -> Values:
    if record.succeeded is not None:
        yield (), float(record.succeeded)


def _state(record: Record, now: datetime) -> Values:
    current = record.state(now)
    return (((state,), float(state is current)) for state in State)


def _age(record: Record, now: datetime) -> Values:
    if record.slot is not None:
        yield (), (now - record.slot.as_of).total_seconds()


def _last_success(record: Record) -> Values:
    if record.slot is not None:
        yield (), record.slot.finished_at.timestamp()


def _interval(record: Record) -> Values:
    if record.policy.enabled:
        yield (), record.policy.interval.total_seconds()


def _duration(record: Record) -> Values:
    if record.duration is not None:
        yield (), record.duration


def _samples(record: Record, now: datetime) -> Values:
    served = record.served(now)
    yield (), float(served.samples if served else 0)


def _failures(record: Record) -> Values:
    return (((kind,), float(count)) for kind, count in record.failures.items())


def _consecutive_failures(record: Record) -> Values:
    yield (), float(record.consecutive)


def _skipped(record: Record) -> Values:
    yield (), float(record.skipped)


def _rebases(record: Record) -> Values:
    yield (), float(record.rebases)


def _misplaced(record: Record) -> Values:
    yield (), float(record.misplaced)


def _isolated_companies(record: Record) -> Values:
    yield (), float(len(record.isolated))


def _isolated_company(record: Record) -> Values:
    return (((company,), 1.0) for company in islice(record.isolated, ISOLATED_NAMED))


_LASTING: dict[Metric, Callable[[Record], Values]] = {
    catalogue.UP: _up,
    catalogue.LAST_SUCCESS: _last_success,
    catalogue.INTERVAL: _interval,
    catalogue.DURATION: _duration,
    catalogue.FAILURES: _failures,
    catalogue.CONSECUTIVE_FAILURES: _consecutive_failures,
    catalogue.SKIPPED: _skipped,
    catalogue.REBASES: _rebases,
    catalogue.MISPLACED: _misplaced,
    catalogue.ISOLATED_COMPANIES: _isolated_companies,
    catalogue.ISOLATED_COMPANY: _isolated_company,
}
_PASSING: dict[Metric, Callable[[Record, datetime], Values]] = {
    catalogue.STATE: _state,
    catalogue.AGE: _age,
    catalogue.SAMPLES: _samples,
}
