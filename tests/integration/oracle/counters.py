"""Counters and histograms of events."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ledgerscope.catalogue import Metric
    from tests.integration.oracle.moment import Moment
    from tests.integration.oracle.values import Labels

EVENTS: Final[Mapping[str, Mapping[str, Mapping[str, str]]]] = {
    "customer_created_total": {"CustomerCreated": {}},
    "customer_updated_total": {"CustomerUpdated": {}},
    "customer_deleted_total": {"CustomerDeleted": {}},
    "customer_status_changed_total": {"CustomerStatusChanged": {}},
    "customer_credit_limit_adjusted_total": {
        "CreditLimitAdjustmentRequested": {"status": "requested"},
        "CreditLimitAdjusted": {"status": "approved"},
        "CreditLimitRejected": {"status": "rejected"},
    },
    "customer_credit_breach_total": {"CreditLimitBreached": {}},
    "customer_aging_updated_total": {"AgingSnapshotRefreshed": {}},
    "customer_statement_generated_total": {
        "StatementGenerated": {"outcome": "success"},
        "StatementFailed": {"outcome": "failure"},
    },
    "customer_statement_generation_failed_total": {"StatementFailed": {}},
    "customer_statement_generation_duration_seconds": {"StatementGenerated": {}},
    "customer_import_processed_total": {"CustomersImported": {}},
    "customer_import_failed_total": {"ImportFailed": {}},
    "customer_import_processing_duration_seconds": {"CustomersImported": {}},
    "customer_export_generated_total": {"CustomersExported": {}},
    "chom_customers_new_total": {"CustomerWon": {}},
    "chom_customers_churned_total": {"CustomerLost": {}},
    "customer_contact_created_total": {"ContactCreated": {}},
    "customer_communication_logged_total": {"CommunicationLogged": {}},
    "customer_interactions_total": {"InteractionLogged": {}},
    "customer_sync_runs_total": {
        "SyncSucceeded": {"outcome": "success"},
        "SyncFailed": {"outcome": "failure"},
    },
    "customer_credential_rotation_total": {"CredentialRotated": {}},
    "customer_credential_access_total": {"CredentialAccessed": {}},
    "telecom_billing_jobs_total": {"JobFinished": {}},
    "telecom_billing_job_processing_duration_seconds": {"JobFinished": {}},
}
"""The events that each counter counts, and the labels that follow from the type of the event."""


@dataclass
class Tally:
    """What is known of the events of one label set."""

    count: int = 0
    sum: Fraction = Fraction(0)
    buckets: list[int] = field(default_factory=lambda: [0] * 11)  # not cumulative, the last one without end


def event_labels(metric: Metric, values: Mapping[str, Any]) -> Labels | None:
    """The label values of an event; None where the catalogue does not know one of them."""
    found = []
    for label in metric.labels[1:]:
        value = values.get(label.name)
        if label.values and value not in label.values:
            value = "other" if "other" in label.values else None
        if value is None:
            return None
        found.append(str(value))
    return tuple(found)


def tallies(now: Moment, metric: Metric) -> dict[Labels, Tally]:
    found: dict[Labels, Tally] = defaultdict(Tally)
    kinds = EVENTS[metric.name]
    for row in now.company.of("event"):
        if row.event_type in kinds and row.occurred_at <= now.t:
            labels = event_labels(metric, {**row.labels, **kinds[row.event_type]})
            if labels is not None:
                found[labels].count += 1
                if row.duration_ms is not None:
                    found[labels].sum += Fraction(row.duration_ms, 1000)
                    place = sum(row.duration_ms > 1000 * Fraction(str(bound)) for bound in metric.buckets)
                    found[labels].buckets[place] += 1
    for row in now.company.of("event_rollup"):
        if row.event_type in kinds:
            labels = event_labels(metric, {**row.labels, **kinds[row.event_type]})
            if labels is not None:
                found[labels].count += row.n
                found[labels].sum += Fraction(int(row.sum_duration_ms), 1000)
                both = zip(found[labels].buckets, row.buckets or [0] * 11, strict=True)
                found[labels].buckets = [a + b for a, b in both]
    return found
