"""Which events a counter counts: tables that cannot ask for what an event does not carry."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from collectors.companies import Companies, Company
from collectors.counters import Counters, EventCounter, Group, Measure, Sums
from collectors.errors import UnreadableCounter
from ledgerscope.catalogue import Kind, Metric, Unit, jobs, lifecycle
from ledgerscope.catalogue.labels import COMPANY, CURRENCY
from ledgerscope.catalogue.owners import FINANCE
from ledgerscope.domain.events import EventType

ACME = Company("acme", "EUR", date(2026, 6, 15), {})
REVENUE = Metric(
    name="revenue_total",
    kind=Kind.COUNTER,
    help="Money received.",
    unit=Unit.CURRENCY,
    labels=(COMPANY, CURRENCY),
    owner=FINANCE,
)


def test_a_counter_that_its_event_cannot_fill_is_refused_when_it_is_written_down() -> None:
    with pytest.raises(UnreadableCounter, match="label source, label status"):
        EventCounter(metric=lifecycle.CREATED, event_type=EventType.CUSTOMER_UPDATED)
    with pytest.raises(UnreadableCounter, match="carries no amount"):
        EventCounter(metric=REVENUE, event_type=EventType.CUSTOMER_WON, measure=Measure.AMOUNT)
    with pytest.raises(UnreadableCounter, match="carries no duration"):
        EventCounter(
            metric=replace(jobs.DURATION, labels=(COMPANY,)),
            event_type=EventType.CUSTOMER_WON,
            measure=Measure.DURATION,
        )


def test_amounts_are_summed_per_currency_and_scaled_by_its_exponent() -> None:
    counters = Counters(
        (
            EventCounter(metric=REVENUE, event_type=EventType.PAYMENT_SUCCEEDED, measure=Measure.AMOUNT),
            EventCounter(metric=lifecycle.UPDATED, event_type=EventType.CUSTOMER_UPDATED),
        )
    )
    totals = {
        Group("acme", "PaymentSucceeded", "EUR", (None,)): Sums(2, 12345, 0),
        Group("acme", "PaymentSucceeded", "EUR", ("stray",)): Sums(1, 5, 0),
        Group("acme", "PaymentSucceeded", "JPY", (None,)): Sums(1, 500, 0),
        Group("ghost", "PaymentSucceeded", "JPY", (None,)): Sums(1, 500, 0),
    }
    read = counters.read(totals, Companies((ACME,), {"EUR": 2, "JPY": 0}))
    assert read.values == {(REVENUE, ("acme", "EUR")): 123.5, (REVENUE, ("acme", "JPY")): 500.0}
    assert not read.misplaced


def test_only_the_labels_that_counters_read_are_grouped_by() -> None:
    counters = Counters(
        (
            EventCounter(metric=lifecycle.DELETED, event_type=EventType.CUSTOMER_DELETED),
            EventCounter(metric=lifecycle.UPDATED, event_type=EventType.CUSTOMER_UPDATED),
        )
    )
    assert counters.keys == ("field_changed", "mode", "reason")
    assert counters.event_types == ("CustomerDeleted", "CustomerUpdated")
    assert counters.bounds == ()
