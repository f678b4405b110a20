"""Which series there are also where there is nothing: label values of closed lists, and some of open ones."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Final

from ledgerscope.catalogue import AREAS
from tests.integration.oracle.counters import tallies
from tests.integration.oracle.credit import limit_amount
from tests.integration.oracle.jobs import jobs_failed, running, waiting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from ledgerscope.catalogue import Metric
    from tests.integration.oracle.credit import Exposure
    from tests.integration.oracle.values import Labels, Values

FINISHED: Final = "telecom_billing_jobs_total"
Open = dict[str, str]
"""Values of the labels without a closed list, by name."""

ABSENT: Final = frozenset(
    {
        "customer_credit_utilization_ratio", "chom_revenue_arpa", "chom_churn_ratio", "chom_revenue_retention_ratio",
        "chom_nps_score", "chom_nps_confidence_bound", "chom_csat_score", "customer_audit_last_verified_timestamp_seconds",
        "customer_audit_faults", "customer_sync_last_success_timestamp_seconds",
    }
)  # fmt: skip
"""Metrics without a series where there is nothing to divide by, no proof, or no success."""


def base_currency(now: Exposure) -> Iterator[Open]:
    yield {"currency": now.company.tenant.base_currency}


def of_documents(now: Exposure) -> Iterator[Open]:
    yield from base_currency(now)
    for table in ("invoice", "payment", "credit_note"):
        yield from ({"currency": row.currency} for row in now.company.of(table))


def of_limits(now: Exposure) -> Iterator[Open]:
    yield from base_currency(now)
    yield from ({"currency": currency} for (currency,) in limit_amount(now))


def of_plans(now: Exposure) -> Iterator[Open]:
    yield from base_currency(now)
    yield from ({"currency": row.currency} for row in now.company.of("plan"))


def offers(now: Exposure) -> Iterator[Open]:
    return ({"tier": row.tier, "currency": row.currency} for row in now.company.of("plan"))


def queues(now: Exposure) -> Iterator[Open]:
    finished = next(metric for area in AREAS for metric in area.metrics if metric.name == FINISHED)
    place = finished.label_names.index("queue") - 1  # the company's label is left out
    yield from ({"queue": labels[place]} for labels in tallies(now, finished))
    yield from ({"queue": row.queue} for row in (*waiting(now), *running(now)))
    yield from ({"queue": queue} for (queue,) in jobs_failed(now))


OPEN: Final[Mapping[str, Callable[[Exposure], Iterable[Open]]]] = {
    "customer_receivable_amount": of_documents,
    "customer_aging_open_amount": of_documents,
    "customer_credit_limit_amount": of_limits,
    "customer_credit_exposure_amount": of_limits,
    "customer_credit_uncovered_amount": base_currency,
    "chom_revenue_mrr": offers,
    "chom_customers": offers,
    "chom_customers_paying": of_plans,
    "chom_revenue_mrr_start": of_plans,
    "chom_revenue_mrr_movement": of_plans,
    "chom_revenue_mrr_journal": of_plans,
    "telecom_billing_queue_depth": queues,
    "telecom_billing_queue_oldest_wait_seconds": queues,
    "telecom_billing_jobs_running": queues,
    "telecom_billing_jobs_stuck": queues,
    "telecom_billing_jobs_failed": queues,
}


def zeros(now: Exposure, metric: Metric, seen: Iterable[Labels]) -> Values:
    """Series at zero. Of a counter, what was seen of the open labels is there with all of the closed ones."""
    if metric.name in ABSENT:
        return {}
    names = [label.name for label in metric.labels[1:]]
    if metric.name in OPEN:
        given = list(OPEN[metric.name](now))
    elif all(label.values for label in metric.labels[1:]):
        given = [{}]
    else:
        given = [dict(zip(names, labels, strict=True)) for labels in seen]
    sets = (
        found
        for one in given
        for found in product(*(label.values or (one[label.name],) for label in metric.labels[1:]))
    )
    return {labels: 0 for labels in sets if labels not in metric.impossible}
