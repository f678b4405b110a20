"""Credentials: what is in use at an instant, and for how long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.dialects.postgresql import Range

from collectors.credentials import CredentialsCollector
from ledgerscope.store import tables as t
from tests.collectors.books import Books, at

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

AGE, CUSTOMERS = "customer_credential_age_seconds", "customer_credential_customers"
BANDS = ("0-89", "90-179", "180-364", "365+")
DAY = 86_400


def save(
    books: Books, customer_id: UUID, start: datetime, end: datetime | None = None, version: int = 1
) -> None:
    books.add(
        t.credential,
        tenant_id="acme",
        customer_id=customer_id,
        version=version,
        key_id="k",
        ciphertext=b"x",
        fingerprint="f",
        valid=Range(start, end),
        rotated_at=start,
    )


def by_band(*counts: int) -> dict[tuple[str, ...], float]:
    return {("acme", band): count for band, count in zip(BANDS, counts, strict=True)}


def test_without_credentials_everything_is_zero(books: Books) -> None:
    books.tenant()
    found = books.read(CredentialsCollector())
    assert (found[AGE], found[CUSTOMERS]) == ({("acme",): 0}, by_band(0, 0, 0, 0))


def test_a_band_includes_its_first_day(books: Books) -> None:
    books.tenant()
    for days in (0, 89.9, 90, 179.9, 180, 364.9, 365, 500):
        save(books, books.customer(), at(-days))
    found = books.read(CredentialsCollector())
    assert found[CUSTOMERS] == by_band(2, 2, 2, 2)
    assert found[AGE] == {("acme",): 500 * DAY}


def test_a_new_version_is_young_and_the_past_stays_what_it_was(books: Books) -> None:
    books.tenant()
    customer = books.customer()
    save(books, customer, at(-200), at(-10))
    save(books, customer, at(-10), version=2)
    assert books.read(CredentialsCollector())[CUSTOMERS] == by_band(1, 0, 0, 0)
    assert books.read(CredentialsCollector(), at(-11))[CUSTOMERS] == by_band(0, 0, 1, 0)
    assert books.read(CredentialsCollector(), at(-201))[CUSTOMERS] == by_band(0, 0, 0, 0)


def test_a_revoked_credential_and_one_of_a_deleted_customer_do_not_count(books: Books) -> None:
    books.tenant()
    save(books, books.customer(), at(-20), at(-10))
    save(books, books.customer(deleted_at=at(-1)), at(-20))
    found = books.read(CredentialsCollector())
    assert (found[AGE], found[CUSTOMERS]) == ({("acme",): 0}, by_band(0, 0, 0, 0))
