"""What must add up does so in every scrape, while the business goes on."""

from __future__ import annotations

import time
from collections import defaultdict
from typing import TYPE_CHECKING

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families

from tests.thoroughness import thorough_only, tries

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from prometheus_client.samples import Sample

pytestmark = thorough_only()  # a business that lives for half a minute

SCRAPES = tries(8, thorough=25)
# At the quietest hour a business may do nothing for a minute: ten minutes of it are a business that stands.
SCRAPES_UNTIL_A_RUN = SCRAPES + 60
CENT = 0.005
COMPANIES = {"aurora", "basalt", "cinder"}

Sums = dict[tuple[str, ...], float]


@pytest.fixture(scope="module")
def scrapes(living_url: str) -> list[dict[str, list[Sample]]]:
    """Pages of different ticks, as they were served one after the other."""
    return list(_pages(living_url))


def test_the_aging_buckets_are_the_receivable_to_the_cent(scrapes: list[dict[str, list[Sample]]]) -> None:
    for page in scrapes:
        buckets = _sums(page["customer_aging_open_amount"], "company_id", "currency")
        ledger = _sums(page["customer_receivable_amount"], "company_id", "currency")
        assert {company for company, _ in ledger} == COMPANIES
        assert buckets == pytest.approx(ledger, abs=CENT)


@pytest.mark.parametrize("window", ["30d", "mtd"])
def test_what_was_there_and_what_moved_is_what_is_there(
    scrapes: list[dict[str, list[Sample]]], window: str
) -> None:
    for page in scrapes:
        start = _sums(_within(page["chom_revenue_mrr_start"], window), "company_id", "currency")
        moved = _sums(_within(page["chom_revenue_mrr_movement"], window), "company_id", "currency")
        tiers = _sums(page["chom_revenue_mrr"], "company_id", "currency")
        assert {company for company, _ in tiers} == COMPANIES
        assert {key: start[key] + moved[key] for key in start} == pytest.approx(tiers, abs=CENT)


def test_average_revenue_times_payers_is_the_revenue(scrapes: list[dict[str, list[Sample]]]) -> None:
    for page in scrapes:
        average = _sums(page["chom_revenue_arpa"], "company_id", "currency")
        payers = _sums(page["chom_customers_paying"], "company_id", "currency")
        tiers = _sums(page["chom_revenue_mrr"], "company_id", "currency")
        assert {key: average[key] * payers[key] for key in average} == pytest.approx(
            {key: tiers[key] for key in average}, abs=CENT
        )


def test_the_business_moved_between_the_scrapes(scrapes: list[dict[str, list[Sample]]]) -> None:
    runs = [_runs(page) for page in scrapes]
    assert runs == sorted(runs)
    assert runs[0] < runs[-1]


def _pages(url: str) -> Iterator[dict[str, list[Sample]]]:
    """A page for each new tick, when every collector has values, until jobs have run between them."""
    seen = _next_tick(url, "")
    page = first = _page(url)
    for count in range(1, SCRAPES_UNTIL_A_RUN):
        yield page
        if count >= SCRAPES and _runs(page) != _runs(first):
            return
        seen = _next_tick(url, seen)
        page = _page(url)


def _page(url: str) -> dict[str, list[Sample]]:
    found: dict[str, list[Sample]] = defaultdict(list)
    for family in text_string_to_metric_families(requests.get(f"{url}/metrics", timeout=10).text):
        for sample in family.samples:
            found[sample.name].append(sample)
    return found


def _runs(page: dict[str, list[Sample]]) -> float:
    return sum(sample.value for sample in page["telecom_billing_jobs_total"])


def _next_tick(url: str, seen: str) -> str:
    collectors: dict[str, dict[str, object]] = {}
    for _ in range(600):
        collectors = requests.get(f"{url}/health", timeout=10).json()["collectors"]
        aging = collectors["aging"]
        if aging["as_of"] != seen and all(one["state"] == "fresh" for one in collectors.values()):
            return str(aging["as_of"])
        time.sleep(0.05)
    pytest.fail(f"the collectors do not get on: {collectors}")


def _within(samples: Iterable[Sample], window: str) -> Iterator[Sample]:
    return (sample for sample in samples if sample.labels["window"] == window)


def _sums(samples: Iterable[Sample], *labels: str) -> Sums:
    sums: Sums = defaultdict(float)
    for sample in samples:
        sums[tuple(sample.labels[label] for label in labels)] += sample.value
    return dict(sums)
