"""Scrapes and rendering against the reference client library, on the same samples in the same run.

    python bench/bench_scrape.py [--series 1000 10000 100000] [--rounds 5]

Each server runs in a process of its own on the loopback interface and is scraped over a new connection each
time, as many times as the table says. Figures are medians over the rounds; read the ratios, not the
milliseconds.
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from prometheus_client import CollectorRegistry, generate_latest, start_http_server
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.openmetrics.exposition import generate_latest as generate_openmetrics

from collectors.base import Reading
from exporter.exposition.text import render
from exporter.http.app import create_app
from exporter.http.server import Server, listen
from exporter.runtime import Exporter, exporter_engine, utc_now
from exporter.settings.model import ExporterSettings, Listen
from exporter.state.collector_state import Outcome
from exporter.state.snapshot import take
from ledgerscope.catalogue import Kind, Label, Metric, Unit
from ledgerscope.catalogue.exporter import COLLECTORS
from ledgerscope.catalogue.owners import PLATFORM

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from ledgerscope.store.contract import Relation

ROUNDS = 5
LEAST_SCRAPES = 3
SECONDS_PER_ROUND = 4.0


@dataclass(frozen=True, slots=True)
class Given:
    """A collector whose readings are given: the bench is about what happens to them afterwards."""

    name: str
    metric: Metric
    readings: Sequence[Reading]
    relations: tuple[Relation, ...] = ()
    rebases: int = 0
    misplaced: int = 0
    isolated: Mapping[str, str] = field(default_factory=dict)

    @property
    def metrics(self) -> tuple[Metric, ...]:
        return (self.metric,)

    def collect(self, _connection: Connection, _as_of: datetime) -> Sequence[Reading]:
        return self.readings


def given(series: int) -> list[Given]:
    """The series, spread over as many collectors as the exporter has; counts and amounts in equal parts."""
    labels = tuple(Label(name=name, help="", bound=9) for name in ("company_id", "tier", "currency"))
    share = series // len(COLLECTORS) + 1
    made = []
    for position, name in enumerate(COLLECTORS):
        metric = Metric(
            name=f"bench_{name}_amount",
            kind=Kind.GAUGE,
            help=f"Readings of {name}.",
            unit=Unit.CURRENCY,
            labels=labels,
            owner=PLATFORM,
        )
        numbers = range(position * share, min((position + 1) * share, series))
        values = (float(n % 700) if n % 2 else n % 99_999 / 100 for n in numbers)
        readings = [
            Reading(metric, (f"company-{n % 10}", f"tier-{n}", "EUR"), value)
            for n, value in zip(numbers, values, strict=True)
        ]
        made.append(Given(name, metric, readings))
    return made


class Reference:
    """The same readings as a custom collector of the reference library."""

    def __init__(self, collectors: Sequence[Given]) -> None:
        self._collectors = collectors

    def collect(self) -> Iterator[GaugeMetricFamily]:
        for collector in self._collectors:
            metric = collector.metric
            family = GaugeMetricFamily(metric.name, metric.help, labels=metric.label_names)
            for reading in collector.readings:
                family.add_metric(reading.labels, reading.value)  # type: ignore[arg-type]  # gauges only
            yield family

    def registry(self) -> CollectorRegistry:
        registry = CollectorRegistry()
        registry.register(self)
        return registry


def published(series: int) -> Exporter:
    """An exporter whose page holds the series; nothing ever connects to its database."""
    settings = ExporterSettings.model_validate({"interval": "10m"})
    collectors = given(series)
    exporter = Exporter(
        settings, collectors, exporter_engine("postgresql://nobody@localhost/nowhere", settings)
    )
    now = utc_now()
    outcomes = [Outcome(one.name, 0.1, take(one.readings, as_of=now, finished_at=now)) for one in collectors]
    exporter._publisher.report(outcomes, now)  # noqa: SLF001  # past the scheduler, which would ask a database
    return exporter


def serve_ours(series: int) -> None:
    server = Server(create_app(published(series)), listen(Listen(port=0)))
    print(server.url, flush=True)
    server.run()


def serve_theirs(series: int) -> None:
    server, thread = start_http_server(0, "127.0.0.1", Reference(given(series)).registry())
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    thread.join()


SERVERS: dict[str, Callable[[int], None]] = {"ours": serve_ours, "theirs": serve_theirs}


@contextmanager
def serving(which: str, series: int) -> Iterator[str]:
    """That server in a process of its own."""
    root = str(Path(__file__).parent.parent)
    arguments = [sys.executable, __file__, "--serve", which, "--series", str(series)]
    environment = {**os.environ, "PYTHONPATH": root}
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.terminate()


def scrape(url: str, encoding: str) -> tuple[float, int]:
    """Milliseconds until the last byte over a new connection, and bytes of the body."""
    address = urlsplit(url).netloc
    begun = time.perf_counter()
    connection = http.client.HTTPConnection(address, timeout=60)
    connection.request("GET", "/metrics", headers={"Accept-Encoding": encoding})
    size = len(connection.getresponse().read())
    connection.close()
    return (time.perf_counter() - begun) * 1000, size


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds per scrape: median and 99th percentile, each the median over the rounds."""

    p50: float
    p99: float
    size: int
    count: int

    def __str__(self) -> str:
        return f"{self.p50:.2f} / {self.p99:.2f}"


def measure(url: str, encoding: str, rounds: int) -> Times:
    first, size = min(scrape(url, encoding) for _ in range(3))
    count = max(LEAST_SCRAPES, min(200, int(SECONDS_PER_ROUND * 1000 / first)))
    p50s, p99s = [], []
    for _ in range(rounds):
        times = sorted(scrape(url, encoding)[0] for _ in range(count))
        p50s.append(median(times))
        p99s.append(times[min(count - 1, int(count * 0.99))])
    return Times(median(p50s), median(p99s), size, count)


def best(work: Callable[[], object], rounds: int) -> float:
    """Median milliseconds of the work over the rounds."""
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        times.append((time.perf_counter() - begun) * 1000)
    return median(times)


def table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    print(f"\n{title}\n")
    print(f"| {' | '.join(head)} |\n|{' --- |' * len(head)}")
    for row in rows:
        print(f"| {' | '.join(row)} |")


def scrape_rows(series: int, rounds: int) -> Iterator[list[str]]:
    measured = {}
    for which in SERVERS:
        with serving(which, series) as url:
            for encoding in ("gzip", "identity"):
                measured[which, encoding] = measure(url, encoding, rounds)
    for encoding in ("gzip", "identity"):
        ours, theirs = measured["ours", encoding], measured["theirs", encoding]
        ratio = f"{theirs.p50 / ours.p50:.0f}x"
        counts = f"{ours.count}, {theirs.count}"
        yield [f"{series:,}", encoding, f"{ours.size / 1000:,.0f} kB", str(ours), str(theirs), ratio, counts]


def render_row(series: int, rounds: int) -> list[str]:
    collectors = given(series)
    registry = Reference(collectors).registry()
    readings = list(itertools.chain.from_iterable(one.readings for one in collectors))
    ours = best(lambda: render(readings), rounds)
    text = best(lambda: generate_latest(registry), rounds)
    openmetrics = best(lambda: generate_openmetrics(registry), rounds)  # type: ignore[no-untyped-call]  # untyped there
    exporter, one, now = published(series), collectors[0], utc_now()

    def refresh() -> None:
        slot = take(one.readings, as_of=now, finished_at=now)
        exporter._publisher.report([Outcome(one.name, 0.1, slot)], now)  # noqa: SLF001  # what a worker does

    return [
        f"{series:,}",
        f"{ours * 1000 / series:.2f} us",
        f"{text * 1000 / series:.2f} us",
        f"{openmetrics * 1000 / series:.2f} us",
        f"{text / ours:.1f}x",
        f"{(text + openmetrics) / ours:.1f}x",
        f"{best(refresh, rounds):.1f} ms",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--series", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--serve", choices=SERVERS, help=argparse.SUPPRESS)
    given_arguments = parser.parse_args()
    if given_arguments.serve:
        SERVERS[given_arguments.serve](given_arguments.series[0])
        return
    sizes, rounds = given_arguments.series, given_arguments.rounds
    table(
        "Scrape, p50 / p99 in ms",
        ("series", "encoding", "our body", "ours", "prometheus_client", "ratio of p50", "scrapes per round"),
        [row for series in sizes for row in scrape_rows(series, rounds)],
    )
    table(
        "Render, per sample; ours makes both formats at once",
        (
            "series",
            "ours, both",
            "text",
            "OpenMetrics",
            "ratio, text",
            "ratio, both",
            "refresh 1 of 7 and publish",
        ),
        [render_row(series, rounds) for series in sizes],
    )


if __name__ == "__main__":
    main()
