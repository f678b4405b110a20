"""Snapshots of random documents in every state hold, customer by customer, what statements end with."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from ledgerscope.customers import Moment
from ledgerscope.customers.aging.refresh import keep_snapshot
from ledgerscope.customers.aging.snapshots import account_page, find_snapshot
from ledgerscope.customers.statements.loading import load_account
from ledgerscope.customers.statements.statement import COLUMNS_OF_AGING, Period, make_statement
from tests.collectors.books import Books
from tests.integration.histories.company import CURRENCIES, Company, random_company
from tests.integration.histories.documents import random_documents
from tests.thoroughness import tries

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Connection, Engine

Accounts = dict[tuple[str, str], dict[str, int]]


@settings(max_examples=tries(5, thorough=40))
@given(seed=st.integers(0, 2**32 - 1), customers=st.integers(1, 3), documents=st.integers(1, 12))
def test_a_snapshot_holds_the_aging_of_every_account(
    shared: Engine, seed: int, customers: int, documents: int
) -> None:
    random = Random(seed)
    with shared.connect() as connection, connection.begin() as transaction:
        books = Books(connection)
        companies = [random_company(books, random, name, customers) for name in ("one", "two")]
        for company in companies:
            random_documents(company, documents)
        books.write()
        company = companies[0]
        for look in company.looks:
            day = look.astimezone(company.zone).date()
            keep_snapshot(connection, Moment("one", look, day), day, "scheduled")
            assert kept(connection, day) == stated(connection, company, day)
        transaction.rollback()


def kept(connection: Connection, day: date) -> Accounts:
    snapshot = find_snapshot(connection, "one", day)
    assert snapshot is not None
    found = account_page(connection, "one", snapshot, None, 100).accounts
    return _without_nothing({(one.customer_id, one.currency): dict(one.buckets) for one in found})


def stated(connection: Connection, company: Company, day: date) -> Accounts:
    found = {}
    for person in company.people:
        for currency in CURRENCIES:
            account = load_account(connection, "one", person.customer_id.hex, currency)
            made = make_statement(account, Period(day, day), day)
            found[person.customer_id.hex, currency] = dict(zip(COLUMNS_OF_AGING, made.aging, strict=True))
    return _without_nothing(found)


def _without_nothing(accounts: Accounts) -> Accounts:
    nonzero = {key: {bucket: minor for bucket, minor in of.items() if minor} for key, of in accounts.items()}
    return {key: of for key, of in nonzero.items() if of}
