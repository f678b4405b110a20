"""An engine as the exporter makes it, and exporters that are stopped after the test."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
import structlog
from sqlalchemy import text

from exporter.runtime import Exporter, exporter_engine
from tests.exporter.doubles import Clock, settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Engine

    from collectors.base import Collector
    from exporter.reporting.request_metrics import RequestMetrics
    from exporter.settings.model import ExporterSettings

    MakeExporter = Callable[..., Exporter]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def log() -> structlog.testing.LogCapture:
    return structlog.testing.LogCapture()


@pytest.fixture
def engine(exporter_url: str) -> Iterator[Engine]:
    """What the exporter reads with: the exporter's role, the deadlines of the tests' settings."""
    made = exporter_engine(exporter_url, settings())
    yield made
    made.dispose()


@pytest.fixture
def make_exporter(engine: Engine, clock: Clock, log: structlog.testing.LogCapture) -> Iterator[MakeExporter]:
    """Makes exporters over the test's database; they are stopped when the test is over."""
    with ExitStack() as stack:

        def make(
            *collectors: Collector,
            given: ExporterSettings | None = None,
            on: Engine = engine,
            requests: RequestMetrics | None = None,
        ) -> Exporter:
            logger = structlog.wrap_logger(None, processors=[log])
            whole = given or settings()
            exporter = Exporter(whole, collectors, on, clock=clock, log=logger, requests=requests)
            stack.callback(exporter.stop)
            return exporter

        yield make


@pytest.fixture
def sessions(owner: Engine) -> Callable[[], list[str]]:
    """The states of the exporter's sessions on the server, as pg_stat_activity lists them."""
    query = text(
        "select state from pg_stat_activity "
        "where application_name = 'ledgerscope-exporter' and datname = current_database()"
    )

    def states() -> list[str]:
        with owner.connect() as connection:
            return list(connection.execute(query).scalars())

    return states
