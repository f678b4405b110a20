"""Answers scrapes: joins the bytes of the current page, adds what depends on the time of the scrape.

Never touches the database and never renders a business value; the work is a few copies and what depends on
the time: some fifty samples of our own and those of the process. Restricted pages (`collect[]`, `name[]`)
choose among blocks that are rendered already.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector
from prometheus_client.exposition import generate_latest
from prometheus_client.openmetrics.exposition import generate_latest as generate_openmetrics

from collectors.errors import UnknownCollector
from exporter.exposition.gzip_member import Member
from exporter.exposition.text import Format, render
from exporter.reporting.self_metrics import lasting_readings, passing_readings, self_readings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from prometheus_client.registry import RestrictedRegistry

    from exporter.exposition.text import Block
    from exporter.reporting.request_metrics import RequestMetrics
    from exporter.state.page import Page, Publisher

__all__ = ["Restriction", "Scrape", "process_registry"]


@dataclass(frozen=True, slots=True)
class Restriction:
    """A part of the page: only these collectors (all where empty), only these metrics (all where empty)."""

    collectors: tuple[str, ...] = ()
    names: frozenset[str] = frozenset()

    def admits(self, block: Block) -> bool:
        metric = block.metric
        return not self.names or not self.names.isdisjoint((metric.name, *metric.series_names))


def process_registry() -> CollectorRegistry:
    """Metrics of this process and its interpreter, in a registry of their own."""
    registry = CollectorRegistry(auto_describe=True)
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    return registry


class Scrape:
    """Makes the body of a response. May be called from any thread."""

    def __init__(
        self,
        publisher: Publisher,
        clock: Callable[[], datetime],
        version: str,
        process: CollectorRegistry,
        requests: RequestMetrics | None = None,
    ) -> None:
        self._publisher = publisher
        self._clock = clock
        self._version = version
        self._process = process
        # the page that it is about, so that one assignment replaces both
        self._lasting: tuple[Page | None, Mapping[Format, bytes]] = (None, {})
        self._requests = requests
        # the version of the metrics that they are
        self._requests_rendered: tuple[int, Sequence[Block]] = (-1, ())

    def body(self, form: Format, *, gzip: bool) -> bytes:
        """The whole page."""
        now = self._clock()
        page = self._publisher.page_at(now)
        body = page.bodies[form]
        tail = self._tail(page, now, form)
        if gzip:
            return body.member.finished(tail)
        return b"".join((*body.pieces, tail))

    def restricted(self, form: Format, restriction: Restriction, *, gzip: bool) -> bytes:
        """The part of the page that is asked for; raises UnknownCollector."""
        now = self._clock()
        page = self._publisher.page_at(now)
        for name in restriction.collectors:
            if name not in page.records:
                raise UnknownCollector(name, tuple(page.records))
        chosen = [block for block in self._blocks(page, now, restriction) if restriction.admits(block)]
        text = b"".join(
            (*_pieces(chosen, form), *self._restricted_process(form, restriction), form.end),
        )
        return Member().finished(text) if gzip else text

    def _blocks(self, page: Page, now: datetime, restriction: Restriction) -> Iterable[Block]:
        names = restriction.collectors or tuple(page.records)
        slots = [slot for name in names if (slot := page.records[name].served(now))]
        own = render(self_readings(page, now, self._version, names))
        requests = () if restriction.collectors else self._request_blocks()
        return chain(chain.from_iterable(slot.blocks for slot in slots), own, requests)

    def _tail(self, page: Page, now: datetime, form: Format) -> bytes:
        passing = _pieces((*render(passing_readings(page, now)), *self._request_blocks()), form)
        return b"".join(
            (self._lasting_of(page)[form], *passing, _process_metrics(self._process, form), form.end)
        )

    def _request_blocks(self) -> Sequence[Block]:
        """What the API has been asked, where there is one."""
        if self._requests is None:
            return ()
        version, blocks = self._requests_rendered
        if version != (now := self._requests.version):
            blocks = render(self._requests.readings())
            self._requests_rendered = now, blocks
        return blocks

    def _lasting_of(self, page: Page) -> Mapping[Format, bytes]:
        about, lasting = self._lasting
        if about is not page:
            blocks = render(lasting_readings(page, self._version))
            lasting = {form: b"".join(_pieces(blocks, form)) for form in Format}
            self._lasting = page, lasting
        return lasting

    def _restricted_process(self, form: Format, restriction: Restriction) -> Iterable[bytes]:
        if restriction.collectors:
            return ()
        if not restriction.names:
            return (_process_metrics(self._process, form),)
        return (_process_metrics(self._process.restricted_registry(restriction.names), form),)


def _pieces(blocks: Sequence[Block], form: Format) -> Iterable[bytes]:
    return chain.from_iterable(block.pieces(form) for block in blocks)


def _process_metrics(registry: CollectorRegistry | RestrictedRegistry, form: Format) -> bytes:
    if form is Format.TEXT:
        return generate_latest(registry)
    whole: bytes = generate_openmetrics(registry)  # type: ignore[no-untyped-call]  # untyped there
    return whole.removesuffix(Format.OPENMETRICS.end)
