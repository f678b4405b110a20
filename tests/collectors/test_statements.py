"""Statements: each is one of all that were asked for, and either has a duration or a reason why it failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collectors.base import Distribution
from collectors.statements import StatementsCollector
from ledgerscope.domain.values import DELIVERY_METHODS, STATEMENT_FAILURES, STATEMENT_FORMATS
from tests.collectors.books import NOON, Books, at

if TYPE_CHECKING:
    from datetime import datetime

GENERATED = "customer_statement_generated_total"
FAILED = "customer_statement_generation_failed_total"
DURATION = "customer_statement_generation_duration_seconds"


def generated(books: Books, milliseconds: int | None, occurred_at: datetime = NOON) -> None:
    labels = {"format": "pdf", "delivery_method": "email", "outcome": "success", "period_months": "2-3"}
    books.event("StatementGenerated", labels=labels, duration_ms=milliseconds, occurred_at=occurred_at)


def failed(books: Books, reason: str) -> None:
    labels = {"format": "pdf", "delivery_method": "email", "outcome": "failure", "reason_class": reason}
    books.event("StatementFailed", labels=labels, duration_ms=10)


def test_every_combination_begins_at_zero(books: Books) -> None:
    books.tenant()
    found = books.read(StatementsCollector())
    ways = len(STATEMENT_FORMATS) * len(DELIVERY_METHODS)
    assert (len(found[GENERATED]), set(found[GENERATED].values())) == (2 * ways, {0})
    assert (len(found[FAILED]), set(found[FAILED].values())) == (len(STATEMENT_FAILURES) * ways, {0})
    assert set(found[DURATION].values()) == {Distribution((0,) * 11, 0.0)}


def test_a_statement_is_counted_by_its_outcome_and_one_that_failed_by_its_reason_too(books: Books) -> None:
    books.tenant()
    generated(books, 40)
    generated(books, 2000)
    generated(books, 1, at(1))
    failed(books, "glyphs")
    found = books.read(StatementsCollector())
    assert found[GENERATED]["acme", "pdf", "email", "success"] == 2
    assert found[GENERATED]["acme", "pdf", "email", "failure"] == 1
    assert found[FAILED]["acme", "pdf", "email", "glyphs"] == 1
    assert found[FAILED]["acme", "pdf", "email", "timeout"] == 0


def test_durations_are_those_of_statements_that_were_delivered(books: Books) -> None:
    books.tenant()
    generated(books, 50)
    generated(books, 2001)
    generated(books, None)
    failed(books, "timeout")
    found = books.read(StatementsCollector())
    assert found[DURATION]["acme", "pdf", "2-3"] == Distribution((1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2), 2.051)


def test_a_reason_that_nobody_knows_is_set_aside(books: Books) -> None:
    books.tenant()
    failed(books, "luck")
    collector = StatementsCollector()
    found = books.read(collector)
    assert found[GENERATED]["acme", "pdf", "email", "failure"] == 1
    assert set(found[FAILED].values()) == {0}
    assert collector.misplaced == 1
