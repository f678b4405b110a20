"""On generated businesses, each at thirteen instants, the second opinion agrees about every series."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import pytest

from ledgerscope.demo.load import load_demo
from ledgerscope.store.engine import OWNER, create_engine
from tests.integration import oracle
from tests.integration.agreement import disagreements
from tests.thoroughness import sample, tries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import URL, Connection, Engine

UNTIL: Final = datetime(2026, 6, 17, 12, tzinfo=UTC)
SCALE: Final = 0.03
SEEDS: Final = range(1, 1 + tries(1, thorough=3))
BERLIN, NEW_YORK, KOLKATA = map(ZoneInfo, ("Europe/Berlin", "America/New_York", "Asia/Kolkata"))
INSTANT: Final = timedelta(microseconds=1)
MAY: Final = datetime(2026, 5, 1, tzinfo=BERLIN).astimezone(UTC)
INSTANTS: Final = {
    "near the beginning": datetime(2025, 1, 15, 12, tzinfo=UTC),
    "the hour that comes twice in Berlin": datetime(2025, 10, 26, 2, 30, tzinfo=BERLIN).astimezone(UTC),
    "the end of the year": datetime(2025, 12, 31, 23, 30, tzinfo=UTC),
    "the end of February": datetime(2026, 2, 28, 12, tzinfo=UTC),
    "the change of clocks in New York": datetime(2026, 3, 8, 7, tzinfo=UTC),
    "the change of clocks in Berlin": datetime(2026, 3, 29, 1, tzinfo=UTC),
    "just before April in Kolkata": datetime(2026, 4, 1, tzinfo=KOLKATA).astimezone(UTC) - INSTANT,
    "just before May in Berlin": MAY - INSTANT,
    "the very midnight of May 1st in Berlin": MAY,
    "just after that midnight": MAY + INSTANT,
    "the last day of May": datetime(2026, 5, 31, 12, tzinfo=UTC),
    "the midnight of June 1st in New York": datetime(2026, 6, 1, tzinfo=NEW_YORK).astimezone(UTC),
    "the very end": UNTIL,
}


@pytest.fixture(scope="module", params=SEEDS, ids=lambda seed: f"seed {seed}")
def business(
    request: pytest.FixtureRequest, clone_template: Callable[[], URL], administration: Engine
) -> Iterator[tuple[Connection, tuple[oracle.Company, ...]]]:
    """A connection to a loaded business, and its rows as the second opinion reads them: once for all."""
    url = clone_template()
    load_demo(url.render_as_string(hide_password=False), until=UNTIL, seed=request.param, scale=SCALE)
    engine = create_engine(url, OWNER, pool_size=1).execution_options(isolation_level="REPEATABLE READ")
    with engine.connect() as connection:
        yield connection, oracle.read(connection)
    engine.dispose()
    with administration.connect() as server:
        server.exec_driver_sql(f"DROP DATABASE {url.database} WITH (FORCE)")


@pytest.mark.parametrize("as_of", sample(INSTANTS, 4))
def test_every_series_agrees(business: tuple[Connection, tuple[oracle.Company, ...]], as_of: str) -> None:
    connection, companies = business
    assert disagreements(connection, companies, INSTANTS[as_of]) == []
