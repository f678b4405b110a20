from __future__ import annotations

import pytest

from ledgerscope.catalogue import (
    Matcher,
    UnknownLabel,
    UnknownLabelValue,
    aging,
    excluding,
    jobs,
    matching,
    unlike,
)


@pytest.mark.parametrize(
    ("matchers", "text"),
    [
        ({"bucket": "90+"}, 'customer_aging_open_amount{bucket="90+"}'),
        ({"bucket": excluding("current")}, 'customer_aging_open_amount{bucket!="current"}'),
        ({"bucket": matching("61-90", "90+")}, r'customer_aging_open_amount{bucket=~"61-90|90\\+"}'),
        ({"bucket": unlike("unallocated")}, 'customer_aging_open_amount{bucket!~"unallocated"}'),
        ({"bucket": Matcher("=~", ".+0")}, 'customer_aging_open_amount{bucket=~".+0"}'),
        (
            {"company_id": 'a"b\\c', "currency": "EUR"},
            r'customer_aging_open_amount{company_id="a\"b\\c", currency="EUR"}',
        ),
    ],
)
def test_a_selection_is_written_as_promql(matchers: dict[str, str | Matcher], text: str) -> None:
    assert str(aging.OPEN_AMOUNT.where(**matchers)) == text


def test_a_pattern_that_no_value_can_match_is_refused() -> None:
    with pytest.raises(UnknownLabelValue, match=r"never has the value '9\.x'"):
        aging.OPEN_AMOUNT.where(bucket=Matcher("=~", "9.x"))


def test_a_histogram_is_selected_by_its_parts() -> None:
    assert str(jobs.DURATION.bucket.where(le="0.5", queue="mail")) == (
        'telecom_billing_job_processing_duration_seconds_bucket{le="0.5", queue="mail"}'
    )
    assert str(jobs.DURATION.sum) == "telecom_billing_job_processing_duration_seconds_sum"
    assert str(jobs.DURATION.count) == "telecom_billing_job_processing_duration_seconds_count"


def test_only_buckets_have_bounds() -> None:
    with pytest.raises(UnknownLabel, match="has no label 'le'"):
        jobs.DURATION.count.where(le="0.5")


def test_a_misspelt_label_names_the_known_ones() -> None:
    with pytest.raises(UnknownLabel, match=r"has no label 'buckt' \(did you mean 'bucket'\?\)"):
        aging.OPEN_AMOUNT.where(buckt="90+")


def test_a_misspelt_value_names_the_known_ones() -> None:
    with pytest.raises(UnknownLabelValue, match="it is one of current, 1-30, 31-60, 61-90, 90"):
        aging.OPEN_AMOUNT.where(bucket="91+")
