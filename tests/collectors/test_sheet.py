"""Readings under construction: zero until told, told once, and only what the catalogue knows."""

from __future__ import annotations

import pytest

from collectors.base import Reading
from collectors.errors import GivenTwice
from collectors.sheet import Sheet
from ledgerscope.catalogue import UnknownLabelValue, jobs, lifecycle


def test_known_series_are_zero_until_a_value_is_put() -> None:
    sheet = Sheet()
    sheet.expect_closed(lifecycle.ACCOUNTS, ["acme"])
    sheet.put(lifecycle.ACCOUNTS, ("acme", "active"), 3)
    assert {reading.labels: reading.value for reading in sheet.readings()} == {
        ("acme", "active"): 3,
        ("acme", "blocked"): 0,
        ("acme", "inactive"): 0,
    }


def test_a_second_value_for_a_series_is_a_mistake() -> None:
    sheet = Sheet()
    sheet.put(lifecycle.ACCOUNTS, ("acme", "active"), 3)
    with pytest.raises(GivenTwice, match="customer_accounts"):
        sheet.put(lifecycle.ACCOUNTS, ("acme", "active"), 3)


def test_labels_unknown_to_the_catalogue_are_refused() -> None:
    with pytest.raises(UnknownLabelValue):
        Sheet().put(lifecycle.ACCOUNTS, ("acme", "lost"), 3)
    with pytest.raises(UnknownLabelValue):
        Sheet().expect(lifecycle.ACCOUNTS, ("acme", "lost"))


def test_siblings_are_all_values_of_the_closed_labels_but_the_impossible_ones() -> None:
    sheet = Sheet()
    sheet.expect_siblings(jobs.PROCESSED, ("acme", "mail", "send", "failed"))
    sheet.expect_siblings(lifecycle.STATUS_CHANGED, ("acme", "active", "blocked"))
    assert len(list(sheet.label_sets(jobs.PROCESSED))) == 2
    assert len(list(sheet.label_sets(lifecycle.STATUS_CHANGED))) == 6


def test_readings_stand_in_the_order_of_names_and_labels() -> None:
    sheet = Sheet()
    sheet.put(lifecycle.ACCOUNTS, ("zeta", "active"), 1)
    sheet.put(lifecycle.ACCOUNTS, ("acme", "active"), 2)
    assert sheet.readings() == (
        Reading(lifecycle.ACCOUNTS, ("acme", "active"), 2),
        Reading(lifecycle.ACCOUNTS, ("zeta", "active"), 1),
    )
