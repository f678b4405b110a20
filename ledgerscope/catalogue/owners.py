"""Who answers for a metric: the team that its alerts are routed to."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CREDIT_CONTROL", "CUSTOMER_SUCCESS", "FINANCE", "OWNERS", "PLATFORM", "SALES_OPERATIONS", "Owner"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """A team: `team` is the label value on alerts, `mission` is what it decides by the metrics."""

    team: str
    title: str
    mission: str


SALES_OPERATIONS = Owner(
    team="sales-operations",
    title="Sales operations",
    mission="keeps customer records complete and their life cycle correct",
)
CREDIT_CONTROL = Owner(
    team="credit-control",
    title="Credit control",
    mission="decides on credit limits and collects what is overdue",
)
FINANCE = Owner(
    team="finance",
    title="Finance",
    mission="answers for recurring revenue and what becomes of it",
)
CUSTOMER_SUCCESS = Owner(
    team="customer-success",
    title="Customer success",
    mission="keeps customers, and asks them what they think",
)
PLATFORM = Owner(
    team="platform",
    title="Platform",
    mission="runs the exporter, the database and the job queues",
)

OWNERS: tuple[Owner, ...] = (SALES_OPERATIONS, CREDIT_CONTROL, FINANCE, CUSTOMER_SUCCESS, PLATFORM)
