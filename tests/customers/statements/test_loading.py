"""Statements of random documents in every state, read from PostgreSQL, are what the collectors measure."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.aging import AgingCollector
from ledgerscope.customers.statements.loading import load_account
from ledgerscope.customers.statements.statement import COLUMNS_OF_AGING, Period, make_statement
from ledgerscope.domain.money import Money
from tests.collectors.books import Books
from tests.integration.histories.company import CURRENCIES, Company, random_company
from tests.integration.histories.documents import random_documents
from tests.thoroughness import tries

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy import Connection, Engine

Figures = dict[tuple[str, str], float]


@settings(max_examples=tries(5, thorough=60))
@given(seed=st.integers(0, 2**32 - 1), customers=st.integers(1, 3), documents=st.integers(1, 12))
def test_all_accounts_together_are_the_figures_of_the_company(
    shared: Engine, seed: int, customers: int, documents: int
) -> None:
    random = Random(seed)
    with shared.connect() as connection, connection.begin() as transaction:
        books = Books(connection)
        companies = [random_company(books, random, name, customers) for name in ("one", "two")]
        for company in companies:
            random_documents(company, documents)
        books.write()
        for look in companies[0].looks:
            wanted = measured(connection, "one", look)
            assert stated(connection, companies[0], look.astimezone(companies[0].zone).date()) == wanted
        transaction.rollback()


def measured(connection: Connection, tenant_id: str, at: datetime) -> Figures:
    """What is not zero of the open amounts of a company."""
    found = {}
    for reading in AgingCollector().collect(connection, at):
        if reading.metric.name == "customer_aging_open_amount" and reading.labels[0] == tenant_id:
            assert isinstance(reading.value, int | float)
            found[reading.labels[1], reading.labels[2]] = reading.value
    return {place: value for place, value in found.items() if value}


def stated(connection: Connection, company: Company, day: date) -> Figures:
    """The same by the statements of all customers, each of which closes with its aging."""
    minor: Counter[tuple[str, str]] = Counter()
    for person in company.people:
        for currency in CURRENCIES:
            account = load_account(connection, company.tenant_id, person.customer_id.hex, currency)
            made = make_statement(account, Period(day, day), day)
            assert made.closing_minor == made.balance_minor
            for bucket, amount in zip(COLUMNS_OF_AGING, made.aging, strict=True):
                minor[bucket, currency] += amount
    return {
        (bucket, currency): float(Money(amount, currency).major)
        for (bucket, currency), amount in minor.items()
        if amount
    }
