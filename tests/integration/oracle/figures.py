"""Every metric of every company: its rows are read, and its series computed."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from prometheus_client.utils import floatToGoString
from sqlalchemy import Connection, text

from ledgerscope.catalogue import AREAS, Kind, Metric
from ledgerscope.catalogue.parts import Part
from tests.integration.oracle import audit
from tests.integration.oracle.churn import base_of, churn_ratio, lost_of, retention_ratio
from tests.integration.oracle.company import Company
from tests.integration.oracle.counters import Tally, tallies
from tests.integration.oracle.credentials import customers_by_age, oldest_credential
from tests.integration.oracle.credit import (
    Exposure,
    exposure_amount,
    limit_amount,
    utilization_customers,
    utilization_ratio,
    without_limit,
)
from tests.integration.oracle.customers import accounts
from tests.integration.oracle.documents import open_amount, open_invoices, receivable
from tests.integration.oracle.jobs import by_queue, jobs_failed, jobs_stuck, oldest_wait, running, waiting
from tests.integration.oracle.movements import mrr_journal, mrr_movement, mrr_start
from tests.integration.oracle.revenue import arpa, customers_by_tier, mrr, paying
from tests.integration.oracle.satisfaction import (
    csat_score,
    latest_answers,
    nps_bounds,
    nps_responses,
    nps_score,
)
from tests.integration.oracle.segments import segment_members
from tests.integration.oracle.sync import customers_by_sync_status, last_success, overdue
from tests.integration.oracle.transfers import exported_files, imported_rows
from tests.integration.oracle.values import WINDOWS, Labels, Row, Values
from tests.integration.oracle.zeros import zeros

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime

METRICS: Final = tuple(metric for area in AREAS if Part.COLLECTOR in area.parts for metric in area.metrics)


TABLES: Final = (
    "tenant", "currency", "fx_rate", "customer", "customer_status_history", "invoice", "invoice_due", "payment",
    "payment_reversal", "refund", "credit_note", "write_off", "allocation", "credit_limit", "plan", "subscription",
    "subscription_version", "survey_response", "job_run", "event", "event_rollup", "credential",
    "segment_assignment", "sync_schedule", "sync_run",
    "import_batch", "export_run", "audit_log", "audit_seal", "audit_verification",
)  # fmt: skip


GAUGES: Final[Mapping[str, Callable[[Exposure], Values]]] = {
    "customer_accounts": accounts,
    "customer_receivable_amount": receivable,
    "customer_aging_open_amount": open_amount,
    "customer_aging_open_invoices": open_invoices,
    "customer_credit_utilization_customers": utilization_customers,
    "customer_credit_expired_limit_customers": lambda now: {(): without_limit(now)[0]},
    "customer_credit_unlimited_customers": lambda now: {(): without_limit(now)[1]},
    "customer_credit_held_customers": lambda now: {(): sum(row.credit_hold for row in now.existing)},
    "customer_credit_limit_amount": limit_amount,
    "customer_credit_exposure_amount": exposure_amount,
    "customer_credit_utilization_ratio": utilization_ratio,
    "customer_credit_uncovered_amount": lambda now: {(c,): v for c, v in now.measured[1].items() if v},
    "chom_revenue_mrr": mrr,
    "chom_revenue_arpa": arpa,
    "chom_customers_paying": paying,
    "chom_customers": customers_by_tier,
    "chom_revenue_mrr_start": mrr_start,
    "chom_revenue_mrr_movement": mrr_movement,
    "chom_revenue_mrr_journal": mrr_journal,
    "chom_churn_base_customers": lambda now: {(w,): len(base_of(now, w)) for w in WINDOWS},
    "chom_churn_lost_customers": lambda now: {(w,): len(lost_of(now, w)) for w in WINDOWS},
    "chom_churn_ratio": churn_ratio,
    "chom_revenue_retention_ratio": retention_ratio,
    "chom_nps_score": nps_score,
    "chom_nps_confidence_bound": nps_bounds,
    "chom_nps_responses": nps_responses,
    "chom_csat_score": csat_score,
    "chom_csat_responses": lambda now: {(): len(latest_answers(now, "csat", 30))},
    "customer_segment_members": segment_members,
    "customer_sync_last_success_timestamp_seconds": last_success,
    "customer_sync_overdue_customers": overdue,
    "customer_sync_customers": customers_by_sync_status,
    "customer_credential_age_seconds": oldest_credential,
    "customer_credential_customers": customers_by_age,
    "customer_audit_entries": audit.entries,
    "customer_audit_missing_entries": audit.missing_entries,
    "customer_audit_last_verified_timestamp_seconds": audit.last_verified,
    "customer_audit_faults": audit.faults,
    "telecom_billing_queue_depth": lambda now: by_queue(waiting(now)),
    "telecom_billing_queue_oldest_wait_seconds": oldest_wait,
    "telecom_billing_jobs_running": lambda now: by_queue(running(now)),
    "telecom_billing_jobs_stuck": jobs_stuck,
    "telecom_billing_jobs_failed": jobs_failed,
}
"""How each gauge is computed, for one company at one instant."""

ROWS: Final[Mapping[str, Callable[[Exposure], dict[Labels, Tally]]]] = {
    "customer_import_records_total": imported_rows,
    "customer_export_file_size_bytes": exported_files,
}
"""How the counters are computed that no event counts."""


def read(connection: Connection) -> tuple[Company, ...]:
    """Every company with all rows that the page speaks of."""
    rows = {table: connection.execute(text(f"select * from {table}")).all() for table in TABLES}
    exponents = {row.code: row.exponent for row in rows.pop("currency")}
    by_tenant: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for table in rows.keys() - {"tenant"}:
        for row in rows[table]:
            by_tenant[row.tenant_id][table].append(row)
    return tuple(Company(row, exponents, by_tenant[row.tenant_id]) for row in rows["tenant"])


def expected(companies: Iterable[Company], as_of: datetime) -> dict[str, Values]:
    """Every series of every business metric, by name and labels."""
    found: dict[str, Values] = {name: {} for metric in METRICS for name in metric.series_names}
    for company in companies:
        now = Exposure(company, as_of)
        for metric in METRICS:
            for name, values in series(now, metric):
                found[name] |= {(company.tenant.tenant_id, *labels): v for labels, v in values.items()}
    return found


def series(now: Exposure, metric: Metric) -> Iterator[tuple[str, Values]]:
    """The series of a metric for one company."""
    if metric.kind is Kind.GAUGE:
        there = GAUGES[metric.name](now)
        yield metric.name, zeros(now, metric, there) | there
        return
    counted = ROWS[metric.name](now) if metric.name in ROWS else tallies(now, metric)
    found = {labels: Tally() for labels in zeros(now, metric, counted)} | counted
    if metric.kind is Kind.COUNTER:
        yield metric.name, {labels: one.count for labels, one in found.items()}
        return
    yield f"{metric.name}_count", {labels: sum(one.buckets) for labels, one in found.items()}
    yield f"{metric.name}_sum", {labels: one.sum for labels, one in found.items()}
    bounds = [*map(floatToGoString, metric.buckets), "+Inf"]
    yield (
        f"{metric.name}_bucket",
        {
            (*labels, b): sum(one.buckets[: n + 1])
            for labels, one in found.items()
            for n, b in enumerate(bounds)
        },
    )
