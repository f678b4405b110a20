"""One database for all tests of a module; each test writes its books into a transaction that is undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ledgerscope.store.engine import OWNER, create_engine
from tests.collectors.books import Books

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import URL, Engine


@pytest.fixture(scope="module")
def shared(clone_template: Callable[[], URL], administration: Engine) -> Iterator[Engine]:
    """The superuser's engine of a database that stays empty: nobody commits to it."""
    url = clone_template()
    engine = create_engine(url, OWNER).execution_options(isolation_level="REPEATABLE READ")
    yield engine
    engine.dispose()
    with administration.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {url.database} WITH (FORCE)")


@pytest.fixture
def books(shared: Engine) -> Iterator[Books]:
    with shared.connect() as connection, connection.begin() as transaction:
        yield Books(connection)
        transaction.rollback()
