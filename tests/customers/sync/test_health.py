"""The health score of a customer, row by row."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ledgerscope.customers.sync import Figures, Thresholds, health_score

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
DAY = timedelta(days=1)
WELL = Figures(
    total_workflows=3, active_workflows=2, last_sync=NOW - DAY, sync_success_rate=1.0, api_calls_this_month=10
)


@pytest.mark.parametrize(
    ("differs", "score"),
    [
        ({}, 1.0),
        ({"sync_success_rate": 0.5}, 0.8),
        ({"sync_success_rate": 0.0}, 0.6),
        ({"active_workflows": 0}, 0.8),
        ({"last_sync": None}, 0.8),
        ({"last_sync": NOW - 7 * DAY + timedelta(seconds=1)}, 1.0),
        ({"last_sync": NOW - 7 * DAY}, 0.8),
        ({"api_calls_this_month": 9_999}, 1.0),
        ({"api_calls_this_month": 10_000}, 0.8),
        (
            {
                "sync_success_rate": 0.0,
                "active_workflows": 0,
                "last_sync": None,
                "api_calls_this_month": 10_000,
            },
            0.0,
        ),
        ({"sync_success_rate": None}, None),
    ],
)
def test_the_score_is_that_of_the_source(differs: dict[str, Any], score: float | None) -> None:
    assert health_score(replace(WELL, **differs), Thresholds(), NOW) == score


def test_thresholds_can_be_those_of_the_customer() -> None:
    strict = Thresholds(sync_age=timedelta(hours=1), api_calls_per_month=5)
    assert health_score(WELL, strict, NOW) == 0.6
