"""A database is made when first asked for, and only dropped on request."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ledgerscope.store.databases import ensure_database
from ledgerscope.store.engine import OWNER, create_engine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import URL, Engine


@pytest.fixture
def made(server_url: str, administration: Engine) -> Iterator[URL]:
    yield ensure_database(server_url, "made to order")
    with administration.connect() as c:
        c.exec_driver_sql('DROP DATABASE "made to order" WITH (FORCE)')


def tables(url: URL) -> int:
    with create_engine(url, OWNER, pool_size=0).connect() as c:
        return int(
            c.exec_driver_sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").scalar_one()
        )


def test_what_is_there_is_kept_unless_begun_anew(server_url: str, made: URL) -> None:
    with create_engine(made, OWNER, pool_size=0).begin() as c:
        c.exec_driver_sql("CREATE TABLE kept (n integer)")
    assert tables(ensure_database(server_url, "made to order")) == 1
    assert tables(ensure_database(server_url, "made to order", anew=True)) == 0
