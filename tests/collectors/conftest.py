"""One database for all tests of a module; each test writes its books into a transaction that is undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.collectors.books import Books

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine


@pytest.fixture
def books(shared: Engine) -> Iterator[Books]:
    with shared.connect() as connection, connection.begin() as transaction:
        yield Books(connection)
        transaction.rollback()
