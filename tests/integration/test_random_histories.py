"""On random histories the collectors and the second opinion agree about every series, at awkward instants."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.collectors.books import Books
from tests.integration import oracle
from tests.integration.agreement import disagreements
from tests.integration.histories.agreements import random_agreements
from tests.integration.histories.company import random_company, random_limits
from tests.integration.histories.documents import random_documents
from tests.integration.histories.happenings import random_happenings
from tests.thoroughness import tries

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine

    from tests.integration.histories.company import Company

SEEDS = st.integers(0, 2**32 - 1)
FEW = st.integers(1, 3)


@settings(max_examples=tries(6, thorough=40))
@given(seed=SEEDS, customers=FEW, documents=st.integers(1, 12))
def test_documents_in_every_state(shared: Engine, seed: int, customers: int, documents: int) -> None:
    def write(company: Company) -> None:
        random_limits(company)
        random_documents(company, documents)

    assert found_in(shared, Random(seed), customers, write) == []


@settings(max_examples=tries(3, thorough=40))
@given(seed=SEEDS, customers=FEW, subscriptions=st.integers(1, 3), happenings=st.integers(0, 12))
def test_subscriptions_limits_answers_jobs_and_events(
    shared: Engine, seed: int, customers: int, subscriptions: int, happenings: int
) -> None:
    def write(company: Company) -> None:
        random_limits(company)
        random_agreements(company, subscriptions)
        random_happenings(company, happenings)

    assert found_in(shared, Random(seed), customers, write) == []


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
