"""Readings under construction: zero until given, given once, and only what the catalogue knows."""

from __future__ import annotations

from decimal import Decimal
from math import inf, nan
from typing import TYPE_CHECKING, Any, cast

import pytest

from collectors.base import Distribution, Reading
from collectors.samples import SampleBuilder, merge
from ledgerscope.catalogue import UnknownLabel, jobs, lifecycle

if TYPE_CHECKING:
    from collections.abc import Callable


def test_known_series_are_zero_until_a_value_is_put() -> None:
    samples = SampleBuilder()
    samples.expect_closed(lifecycle.ACCOUNTS, ["acme"])
    samples.put(lifecycle.ACCOUNTS, ("acme", "active"), 3)
    assert {reading.labels: reading.value for reading in samples.readings()} == {
        ("acme", "active"): 3,
        ("acme", "blocked"): 0,
        ("acme", "inactive"): 0,
    }


def refusal(fill: Callable[[SampleBuilder], None]) -> str:
    """Why a company is refused after a run that gives another one a good value."""
    samples = SampleBuilder()
    samples.put(lifecycle.ACCOUNTS, ("zeta", "active"), 1)
    samples.put(lifecycle.ACCOUNTS, ("acme", "active"), 3)
    fill(samples)
    assert samples.readings() == (Reading(lifecycle.ACCOUNTS, ("zeta", "active"), 1),)
    assert list(samples.refused) == ["acme"]
    return samples.refused["acme"]


def test_a_company_with_two_values_for_a_series_is_left_out() -> None:
    reason = refusal(lambda samples: samples.put(lifecycle.ACCOUNTS, ("acme", "active"), 3))
    assert reason == "customer_accounts: two values for one label set in one run"


@pytest.mark.parametrize(
    "value", [nan, inf, -inf, None, Decimal("NaN"), Decimal("-Infinity"), Distribution((0,), nan)]
)
def test_a_company_with_a_value_that_is_not_finite_is_left_out(value: Any) -> None:
    reason = refusal(lambda samples: samples.put(lifecycle.ACCOUNTS, ("acme", "blocked"), value))
    assert reason == "customer_accounts: the value is not a finite number"


def test_a_company_with_a_label_value_unknown_to_the_catalogue_is_left_out() -> None:
    expected = "customer_accounts: a value of label status that the catalogue does not list"
    assert refusal(lambda samples: samples.put(lifecycle.ACCOUNTS, ("acme", "Ada"), 3)) == expected
    assert refusal(lambda samples: samples.expect(lifecycle.ACCOUNTS, ("acme", "Ada"))) == expected


def test_a_company_without_a_label_value_is_left_out() -> None:
    def fill(samples: SampleBuilder) -> None:
        samples.put(jobs.QUEUE_DEPTH, ("acme", cast("str", None)), 3)

    assert refusal(fill) == "telecom_billing_queue_depth: label queue has no value"


def test_a_company_with_more_label_values_than_the_bound_is_left_out() -> None:
    def fill(samples: SampleBuilder, queues: int) -> None:
        samples.expect(jobs.QUEUE_DEPTH, ("acme", "q0"))
        for number in range(queues):
            samples.put(jobs.QUEUE_DEPTH, ("acme", f"q{number}"), 3)

    reason = refusal(lambda samples: fill(samples, 9))
    assert reason == "telecom_billing_queue_depth: 9 values of label queue, at most 8 are served"
    samples = SampleBuilder()
    fill(samples, 8)
    samples.put(jobs.QUEUE_DEPTH, ("zeta", "another"), 3)
    assert len(samples.readings()) == 9
    assert not samples.refused


def test_a_label_set_of_the_wrong_length_is_a_mistake_of_ours() -> None:
    with pytest.raises(UnknownLabel):
        SampleBuilder().put(lifecycle.ACCOUNTS, ("acme",), 3)


def test_values_of_companies_that_the_run_is_not_about_are_left_out() -> None:
    samples = SampleBuilder(["acme"])
    samples.put(lifecycle.ACCOUNTS, ("acme", "active"), 3)
    samples.put(lifecycle.ACCOUNTS, ("ghost", "active"), nan)
    samples.expect(lifecycle.ACCOUNTS, ("ghost", "blocked"))
    assert samples.readings() == (Reading(lifecycle.ACCOUNTS, ("acme", "active"), 3),)
    assert not samples.refused


def test_readings_of_several_builders_are_put_in_order() -> None:
    ours, theirs = SampleBuilder(["zeta"]), SampleBuilder(["acme"])
    ours.put(lifecycle.ACCOUNTS, ("zeta", "active"), 1)
    theirs.put(lifecycle.ACCOUNTS, ("acme", "active"), 2)
    assert [one.labels[0] for one in merge([ours, theirs])] == ["acme", "zeta"]
    assert merge([]) == ()


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
