"""On random histories the collectors and the second opinion agree about every series, at awkward instants."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledgerscope.store.engine import OWNER, create_engine
from tests.collectors.books import Books
from tests.integration import oracle
from tests.integration.agreement import disagreements
from tests.integration.histories.agreements import random_agreements
from tests.integration.histories.company import random_company, random_limits
from tests.integration.histories.documents import random_documents
from tests.integration.histories.happenings import random_happenings
from tests.thoroughness import tries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import URL, Engine

    from tests.integration.histories.company import Company

SEEDS = st.integers(0, 2**32 - 1)
FEW = st.integers(1, 3)


@pytest.fixture(scope="module")
def empty(clone_template: Callable[[], URL], administration: Engine) -> Iterator[Engine]:
    """An engine of a database that stays empty: every history is rolled back."""
    url = clone_template()
    engine = create_engine(url, OWNER).execution_options(isolation_level="REPEATABLE READ")
    yield engine
    engine.dispose()
    with administration.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {url.database} WITH (FORCE)")


@settings(max_examples=tries(10, thorough=40))
@given(seed=SEEDS, customers=FEW, documents=st.integers(1, 12))
def test_documents_in_every_state(empty: Engine, seed: int, customers: int, documents: int) -> None:
    def write(company: Company) -> None:
        random_limits(company)
        random_documents(company, documents)

    assert found_in(empty, Random(seed), customers, write) == []


@settings(max_examples=tries(5, thorough=40))
@given(seed=SEEDS, customers=FEW, subscriptions=st.integers(1, 3), happenings=st.integers(0, 12))
def test_subscriptions_limits_answers_jobs_and_events(
    empty: Engine, seed: int, customers: int, subscriptions: int, happenings: int
) -> None:
    def write(company: Company) -> None:
        random_limits(company)
        random_agreements(company, subscriptions)
        random_happenings(company, happenings)

    assert found_in(empty, Random(seed), customers, write) == []


def found_in(engine: Engine, random: Random, customers: int, write: Callable[[Company], None]) -> list[str]:
    """The disagreements about two companies, at the instants at which the first is worth a look."""
    with engine.connect() as connection, connection.begin() as transaction:
        books = Books(connection)
        companies = [random_company(books, random, name, customers) for name in ("one", "two")]
        for company in companies:
            write(company)
        books.write()
        read = oracle.read(connection)
        found = [
            f"{company.zone}, as of {look}: {line}"
            for company in companies[:1]
            for look in company.looks
            for line in disagreements(connection, read, look)
        ]
        transaction.rollback()
    return found
