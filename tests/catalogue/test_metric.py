from __future__ import annotations

import pytest

from ledgerscope.catalogue import (
    UnknownLabel,
    UnknownLabelValue,
    UnknownMetric,
    aging,
    churn,
    find,
    jobs,
    lifecycle,
)


def test_a_metric_is_written_by_its_name() -> None:
    assert f"sum({aging.OPEN_AMOUNT})" == "sum(customer_aging_open_amount)"


def test_a_histogram_is_stored_as_buckets_sum_and_count() -> None:
    assert jobs.DURATION.series_names == (
        "telecom_billing_job_processing_duration_seconds_bucket",
        "telecom_billing_job_processing_duration_seconds_sum",
        "telecom_billing_job_processing_duration_seconds_count",
    )


def test_a_legal_label_set_passes_through() -> None:
    assert aging.OPEN_AMOUNT.check(("acme", "90+", "EUR")) == ("acme", "90+", "EUR")


def test_a_value_outside_the_closed_list_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(
        UnknownLabelValue, match=r"bucket never has the value '90\+\+' \(did you mean '90\+'\?\)"
    ):
        aging.OPEN_AMOUNT.check(("acme", "90++", "EUR"))


def test_a_label_set_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(UnknownLabel, match="it has company_id, bucket, currency"):
        aging.OPEN_AMOUNT.check(("acme", "90+"))


def test_known_label_sets_leave_out_what_cannot_happen() -> None:
    sets = lifecycle.STATUS_CHANGED.closed_label_sets()
    assert ("active", "blocked") in sets
    assert ("active", "active") not in sets
    assert len(sets) == 6


def test_bounded_labels_have_no_label_sets_known_beforehand() -> None:
    assert jobs.PROCESSED.closed_label_sets() == ()


def test_a_metric_without_own_labels_is_known_as_the_empty_set() -> None:
    assert churn.NEW.closed_label_sets() == ((),)


def test_a_metric_is_found_by_name() -> None:
    assert find("customer_aging_open_amount") is aging.OPEN_AMOUNT


def test_a_misspelt_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownMetric, match="did you mean 'customer_aging_open_amount'"):
        find("customer_ageing_open_amount")
