"""Write the past of a business as OpenMetrics with timestamps, so that pictures show months, not minutes.

Every collector is run as of each instant of the past: gauges are functions of that instant by contract, and
events are seen through a view that ends at it. For `promtool tsdb create-blocks-from openmetrics`.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TextIO

import click
from rich.console import Console
from rich.progress import track
from sqlalchemy import text

from collectors.base import Distribution
from collectors.registry import create
from ledgerscope.store.engine import OWNER, Session, create_engine

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Engine

    from collectors.base import Reading

_VIEW = """
    create schema if not exists picture;
    create or replace view picture.event as
        select * from public.event where occurred_at <= current_setting('picture.instant')::timestamptz;
"""


@click.command()
@click.option("--days", default=90, show_default=True)
@click.option("--hours", default=6.0, show_default=True, help="Between two instants.")
@click.option("--instance", default="127.0.0.1:9108", show_default=True, help="Label of the scraped target.")
@click.argument("url")
def main(days: int, hours: float, instance: str, url: str) -> None:
    """Write the history of the database at URL to standard output."""
    with create_engine(url, OWNER, pool_size=0).begin() as connection:
        connection.execute(text(_VIEW))
    engine = create_engine(
        url, Session(schema="picture,public", statement_timeout=timedelta(minutes=1)), pool_size=1
    )
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    steps = round(days * 24 / hours)
    instants = [now - timedelta(hours=hours * step) for step in range(steps, -1, -1)]
    target = f'instance="{instance}",job="ledgerscope"'
    for instant in track(instants, "reading the past", console=Console(stderr=True)):
        _write(_collect(engine, instant), instant, target, sys.stdout)
    print("# EOF")
    engine.dispose()


def _collect(engine: Engine, instant: datetime) -> Iterator[Reading]:
    with engine.connect() as bare, bare.execution_options(isolation_level="REPEATABLE READ").begin():
        bare.execute(text("select set_config('picture.instant', :at, true)"), {"at": instant.isoformat()})
        for collector in create():
            yield from collector.collect(bare, instant)


def _write(readings: Iterable[Reading], instant: datetime, target: str, out: TextIO) -> None:
    stamp = instant.timestamp()
    for reading in readings:
        names = reading.metric.label_names
        labels = ",".join(f'{name}="{value}"' for name, value in zip(names, reading.labels, strict=True))
        out.writelines(
            f"{reading.metric.name}{suffix}{{{target},{labels}{extra}}} {value!r} {stamp}\n"
            for suffix, extra, value in _samples(reading)
        )
    out.write(f"up{{{target}}} 1 {stamp}\n")


def _samples(reading: Reading) -> Iterator[tuple[str, str, float]]:
    value = reading.value
    if not isinstance(value, Distribution):
        yield "", "", value
        return
    for bound, count in zip((*map(str, reading.metric.buckets), "+Inf"), value.cumulative, strict=True):
        yield "_bucket", f',le="{bound}"', count
    yield "_sum", "", value.sum
    yield "_count", "", value.count


if __name__ == "__main__":
    main()
