"""Customers: how many there are in which status at an instant, and what happened to their records."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on

from collectors.area import AreaCollector
from collectors.clock import clock, instant, of_companies, parameters
from collectors.counters import Counters, EventCounter
from ledgerscope.catalogue import lifecycle as catalogue
from ledgerscope.domain.events import EventType
from ledgerscope.store.tables import customer, customer_status_history

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import CTE, ColumnElement, Connection, FromClause, Select

    from collectors.companies import Companies
    from collectors.samples import SampleBuilder

__all__ = ["LifecycleCollector", "existing", "exists_at"]


class LifecycleCollector(AreaCollector):
    """Reads the customers."""

    name = "lifecycle"
    metrics = catalogue.METRICS
    reads = (customer, customer_status_history)
    counters = Counters(
        (
            EventCounter(metric=catalogue.CREATED, event_type=EventType.CUSTOMER_CREATED),
            EventCounter(metric=catalogue.UPDATED, event_type=EventType.CUSTOMER_UPDATED),
            EventCounter(metric=catalogue.DELETED, event_type=EventType.CUSTOMER_DELETED),
            EventCounter(metric=catalogue.STATUS_CHANGED, event_type=EventType.CUSTOMER_STATUS_CHANGED),
        )
    )

    def read(
        self, connection: Connection, as_of: datetime, companies: Companies, samples: SampleBuilder
    ) -> None:
        samples.expect_closed(catalogue.ACCOUNTS, companies.tenants)
        for tenant_id, status, n in connection.execute(
            accounts(everybody=companies.whole), parameters(companies, as_of)
        ):
            samples.put(catalogue.ACCOUNTS, (tenant_id, status), n)


def exists_at(customers: FromClause = customer) -> ColumnElement[bool]:
    """A customer was created by the instant and not yet deleted."""
    at = customers.c
    return and_(at.created_at <= instant(), or_(at.deleted_at.is_(None), at.deleted_at > instant()))


def existing() -> CTE:
    """The customers of the companies that exist at the instant, by their keys.

    Materialised: behind row-level security the planner expects few rows of a condition on a range, and would
    look up the customer of each.
    """
    now = clock()
    keys = select(customer.c.tenant_id, customer.c.customer_id)
    return (
        keys.join_from(now, customer, customer.c.tenant_id == now.c.tenant_id)
        .where(exists_at())
        .cte("existing")
        .prefix_with("MATERIALIZED")
    )


@cache
def accounts(*, everybody: bool) -> Select[Any]:
    """Customers per company and status.

    The status at a past instant is the one that the first later change left; without such a change it is the
    present one. So only changes after the instant are read, of which there are none in the usual case.
    """
    now, then = clock(), clock()
    history = of_companies(customer_status_history, everybody=everybody)
    customers = of_companies(customer, everybody=everybody)
    left = (
        select(history.c.tenant_id, history.c.customer_id, history.c.from_status)
        .ext(distinct_on(history.c.tenant_id, history.c.customer_id))
        .join_from(then, history, history.c.tenant_id == then.c.tenant_id)
        .where(history.c.at > instant())
        .order_by(history.c.tenant_id, history.c.customer_id, history.c.at, history.c.history_id)
        .cte("left_status")
    )
    status = func.coalesce(left.c.from_status, customers.c.status)
    same = and_(left.c.tenant_id == customers.c.tenant_id, left.c.customer_id == customers.c.customer_id)
    return (
        select(customers.c.tenant_id, status.label("status"), func.count())
        .join_from(now, customers, customers.c.tenant_id == now.c.tenant_id)
        .join(left, same, isouter=True)
        .where(exists_at(customers))
        .group_by(customers.c.tenant_id, status)
    )
