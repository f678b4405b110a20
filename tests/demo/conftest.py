"""A small demo business, generated and loaded once: tests read it and leave it as it is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import pytest

from ledgerscope.demo.generate import generate
from ledgerscope.demo.load import load_demo
from ledgerscope.store.engine import OWNER, create_engine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import URL, Connection, Engine

    from ledgerscope.store.changes_batch import Batch

SEED: Final = 7
SCALE: Final = 0.06
UNTIL: Final = datetime(2026, 3, 29, 4, 30, tzinfo=UTC)  # clocks have just changed in Berlin


@pytest.fixture(scope="session")
def chapters() -> list[Batch]:
    """The generated rows."""
    return list(generate(SEED, SCALE, UNTIL))


@pytest.fixture(scope="session")
def loaded(clone_template: Callable[[], URL]) -> Iterator[Engine]:
    """The business in a database of its own, which goes with the server; owner's rights."""
    engine = create_engine(clone_template(), OWNER)
    load_demo(engine, until=UNTIL, seed=SEED, scale=SCALE)
    yield engine
    engine.dispose()


@pytest.fixture
def demo(loaded: Engine) -> Iterator[Connection]:
    """A connection that reads the business; whatever a test writes is rolled back."""
    with loaded.connect() as connection:
        yield connection
