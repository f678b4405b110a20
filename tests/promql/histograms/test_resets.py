from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ledgerscope.promql.histograms.resets import is_reset
from ledgerscope.promql.series.notation import Histograms, parse_values

if TYPE_CHECKING:
    from ledgerscope.promql.histograms.histogram import Histogram


def histogram(literal: str) -> Histogram:
    (run,) = parse_values(literal)
    assert isinstance(run, Histograms)
    return run.start


@pytest.mark.parametrize(
    ("previous", "current", "reset"),
    [
        ("{{count:2 buckets:[1 1]}}", "{{count:3 buckets:[1 2]}}", False),
        ("{{count:2 buckets:[1 1]}}", "{{count:1 buckets:[1]}}", True),
        ("{{count:2 buckets:[2]}}", "{{count:3 buckets:[1 2]}}", True),  # one bucket fell
        ("{{count:2 buckets:[2]}}", "{{count:3 buckets:[3] offset:1}}", True),  # one vanished
        ("{{count:2 buckets:[2 0]}}", "{{count:3 buckets:[3]}}", False),  # an empty one may
        ("{{count:2 n_buckets:[2]}}", "{{count:3 n_buckets:[1 2]}}", True),
        ("{{count:2 z_bucket:2}}", "{{count:3 z_bucket:1 buckets:[2]}}", True),
        ("{{count:2}}", "{{count:9 counter_reset_hint:reset}}", True),  # a hint is believed
        ("{{count:9}}", "{{count:2 counter_reset_hint:not_reset}}", False),
        ("{{count:9}}", "{{count:2 counter_reset_hint:gauge}}", True),  # this one says nothing
        ("{{schema:0 count:1}}", "{{schema:1 count:1}}", True),  # only a restart makes it finer
        ("{{schema:1 count:3 buckets:[1 1 1]}}", "{{schema:0 count:3 buckets:[1 2]}}", False),
        ("{{schema:1 count:3 buckets:[1 1 1]}}", "{{schema:0 count:3 buckets:[2 1]}}", True),
        ("{{count:1 z_bucket_w:0.5}}", "{{count:1 z_bucket_w:0.25}}", True),
        ("{{count:1 buckets:[1] offset:-3}}", "{{count:1 z_bucket:1 z_bucket_w:0.5}}", False),
        ("{{count:1 buckets:[1] offset:-3}}", "{{count:1 z_bucket:0 z_bucket_w:0.5 buckets:[1]}}", True),
        ("{{count:1 buckets:[1]}}", "{{count:1 z_bucket:1 z_bucket_w:0.7}}", True),  # cuts a bucket
        ("{{count:1}}", "{{schema:-53 count:1 custom_values:[1]}}", True),
        ("{{schema:-53 count:1 custom_values:[1]}}", "{{count:1}}", True),
        (
            "{{schema:-53 count:2 custom_values:[1 2] buckets:[1 1]}}",
            "{{schema:-53 count:3 custom_values:[1 2] buckets:[1 2]}}",
            False,
        ),
        (
            "{{schema:-53 count:2 custom_values:[1 2] buckets:[2]}}",
            "{{schema:-53 count:3 custom_values:[1 2] buckets:[1 2]}}",
            True,
        ),
        (
            "{{schema:-53 count:2 custom_values:[1 2] buckets:[1 1]}}",
            "{{schema:-53 count:3 custom_values:[2 3] buckets:[2 1]}}",
            False,
        ),
        (
            "{{schema:-53 count:2 custom_values:[1 2] buckets:[1 1]}}",
            "{{schema:-53 count:3 custom_values:[2 3] buckets:[1 2]}}",
            True,
        ),
    ],
)
def test_a_counter_that_fell_was_reset(previous: str, current: str, reset: bool) -> None:
    assert is_reset(histogram(current), histogram(previous)) is reset
