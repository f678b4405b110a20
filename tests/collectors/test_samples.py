"""Readings under construction: zero until told, told once, and only what the catalogue knows."""

from __future__ import annotations

import pytest

from collectors.base import Reading
from collectors.errors import GivenTwice
from collectors.samples import SampleBuilder
from ledgerscope.catalogue import UnknownLabelValue, jobs, lifecycle


def test_known_series_are_zero_until_a_value_is_put() -> None:
    samples = SampleBuilder()
    samples.expect_closed(lifecycle.ACCOUNTS, ["acme"])
    samples.put(lifecycle.ACCOUNTS, ("acme", "active"), 3)
    assert {reading.labels: reading.value for reading in samples.readings()} == {
        ("acme", "active"): 3,
        ("acme", "blocked"): 0,
        ("acme", "inactive"): 0,
    }


def test_a_second_value_for_a_series_is_a_mistake() -> None:
    samples = SampleBuilder()
    samples.put(lifecycle.ACCOUNTS, ("acme", "active"), 3)
    with pytest.raises(GivenTwice, match="customer_accounts"):
        samples.put(lifecycle.ACCOUNTS, ("acme", "active"), 3)


def test_labels_unknown_to_the_catalogue_are_refused() -> None:
    with pytest.raises(UnknownLabelValue):
        SampleBuilder().put(lifecycle.ACCOUNTS, ("acme", "lost"), 3)
    with pytest.raises(UnknownLabelValue):
        SampleBuilder().expect(lifecycle.ACCOUNTS, ("acme", "lost"))


def test_siblings_are_all_values_of_the_closed_labels_but_the_impossible_ones() -> None:
    samples = SampleBuilder()
    samples.expect_siblings(jobs.PROCESSED, ("acme", "mail", "send", "failed"))
    samples.expect_siblings(lifecycle.STATUS_CHANGED, ("acme", "active", "blocked"))
    assert len(list(samples.label_sets(jobs.PROCESSED))) == 2
    assert len(list(samples.label_sets(lifecycle.STATUS_CHANGED))) == 6


def test_readings_stand_in_the_order_of_names_and_labels() -> None:
    samples = SampleBuilder()
    samples.put(lifecycle.ACCOUNTS, ("zeta", "active"), 1)
    samples.put(lifecycle.ACCOUNTS, ("acme", "active"), 2)
    assert samples.readings() == (
        Reading(lifecycle.ACCOUNTS, ("acme", "active"), 2),
        Reading(lifecycle.ACCOUNTS, ("zeta", "active"), 1),
    )
