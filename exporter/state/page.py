"""The page that scrapes are answered from: immutable, published by swapping one reference.

Workers report what their runs brought; the publisher makes the next page from it and swaps. Whoever reads
holds one page and sees all of a tick or nothing of it. Readers take no lock, except for the one who comes
first after values have expired: that scrape drops them, so that expiry needs no live scheduler.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain
from threading import Lock
from typing import TYPE_CHECKING

from exporter.exposition.gzip_member import Member
from exporter.exposition.text import Format
from exporter.state.collector_state import Outcome
from exporter.state.failures import Failure

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from exporter.state.collector_state import Missing, Record
    from exporter.state.snapshot import Slot

__all__ = ["Body", "Page", "Publisher"]


@dataclass(frozen=True, slots=True)
class Body:
    """The business part of a page in one format: its pieces, and an unfinished gzip member of the same."""

    pieces: tuple[bytes, ...]
    member: Member


@dataclass(frozen=True, slots=True)
class Page:
    """What is served until the next page, or until `valid_until`, when some of its values expire.

    `database` is whether the database answered when last asked; None before it was asked.
    """

    records: Mapping[str, Record]
    bodies: Mapping[Format, Body]
    valid_until: datetime | None = None
    database: bool | None = None

    @property
    def complete(self) -> bool:
        """Whether each enabled collector has been tried at least once."""
        return all(record.succeeded is not None for record in self.records.values() if record.policy.enabled)


class Publisher:
    """Holds the current page and replaces it. All methods may be called from any thread."""

    def __init__(self, records: Iterable[Record]) -> None:
        self._lock = Lock()
        self._page = Page({record.name: record for record in records}, _bodies(()))

    @property
    def page(self) -> Page:
        """The current page, whether or not some of its values have expired by now."""
        return self._page

    def page_at(self, now: datetime) -> Page:
        """The page without anything that has expired at `now`."""
        page = self._page
        if page.valid_until is None or now < page.valid_until:
            return page
        with self._lock:
            self._page = _published(self._page, now)
            return self._page

    def report(self, events: Sequence[Outcome | Missing], now: datetime) -> Page:
        """Publish how runs ended, all of them in one swap."""
        with self._lock:
            records = dict(self._page.records)
            for event in events:
                records[event.collector] = records[event.collector].after(event)
            page = replace(self._page, records=records, database=_answered(events))
            self._page = _published(page, now)
            return self._page

    def skip(self, collectors: Iterable[str]) -> None:
        """Count runs that were due while the one before was still going on."""
        with self._lock:
            records = dict(self._page.records)
            for name in collectors:
                records[name] = records[name].skip()
            self._page = replace(self._page, records=records)


def _answered(events: Sequence[Outcome | Missing]) -> bool:
    """Whether the database answered in all of the runs that ended like this."""
    results = [event.result for event in events if isinstance(event, Outcome)]
    return all(result.answered for result in results if isinstance(result, Failure))


def _published(page: Page, now: datetime) -> Page:
    served = [slot for record in page.records.values() if (slot := record.served(now))]
    expiries = [
        record.expires_at for record in page.records.values() if record.served(now) and record.expires_at
    ]
    return replace(page, bodies=_bodies(served), valid_until=min(expiries, default=None))


def _bodies(slots: Sequence[Slot]) -> Mapping[Format, Body]:
    return {form: _body(slots, form) for form in Format}


def _body(slots: Sequence[Slot], form: Format) -> Body:
    parts = [slot.parts[form] for slot in slots]
    member = Member().extended((part.deflated, part.pieces) for part in parts)
    return Body(tuple(chain.from_iterable(part.pieces for part in parts)), member)
