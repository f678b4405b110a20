"""The figures of a customer's synchronisation, each read when asked for.

S2 keeps them for 30 minutes. Nothing is kept here: they are sums over one customer's rows, found by index,
and what is kept is wrong after the next run.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, or_, select

from ledgerscope.customers.sync.health import RATE_WINDOW, Figures, Thresholds
from ledgerscope.customers.sync.runs import OWN_FAULTS
from ledgerscope.store import tables as t

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from ledgerscope.customers.decision import Moment
    from ledgerscope.customers.settings.changes import CustomerSettings
    from ledgerscope.store.records import Id

__all__ = ["figures_of", "thresholds_of"]

_ACTIVE: Final = "active"
"""Zuora's word for a workflow that runs, large and small letters alike."""


def figures_of(connection: Connection, customer_id: Id, moment: Moment) -> Figures:
    """The figures as of now; the month is that of the date at the company, in its zone."""
    total, active = _workflows(connection, moment.tenant_id, customer_id)
    succeeded, judged, calls = _runs(connection, customer_id, moment)
    return Figures(
        total_workflows=total,
        active_workflows=active,
        last_sync=_last_success(connection, moment.tenant_id, customer_id),
        sync_success_rate=succeeded / judged if judged else None,
        api_calls_this_month=calls,
    )


def thresholds_of(settings: CustomerSettings) -> Thresholds:
    """What is healthy for this customer."""
    days: Any = settings.value("thresholds.sync_age_days")
    calls: Any = settings.value("thresholds.api_calls_per_month")
    return Thresholds(sync_age=timedelta(days=days), api_calls_per_month=calls)


def _workflows(connection: Connection, tenant_id: str, customer_id: Id) -> tuple[int, int]:
    c = t.workflow.c
    row = connection.execute(
        select(
            func.count().label("total"), func.count().filter(func.lower(c.state) == _ACTIVE).label("active")
        ).where(c.tenant_id == tenant_id, c.customer_id == customer_id, c.gone_at.is_(None))
    ).one()  # fmt: skip
    return row.total, row.active


def _runs(connection: Connection, customer_id: Id, moment: Moment) -> tuple[int, int, int]:
    """Runs that succeeded, and those that the rate is of; calls of the month."""
    c = t.sync_run.c
    month = _month_began(connection, moment)
    recent = c.started_at > moment.at - RATE_WINDOW
    judged = recent & c.outcome.is_not(None) & or_(c.error_class.is_(None), c.error_class.not_in(OWN_FAULTS))
    row = connection.execute(
        select(
            func.count().filter(recent & (c.outcome == "success")).label("succeeded"),
            func.count().filter(judged).label("judged"),
            func.coalesce(func.sum(c.api_calls).filter(c.started_at >= month), 0).label("calls"),
        ).where(
            c.tenant_id == moment.tenant_id, c.customer_id == customer_id,
            c.started_at >= min(month, moment.at - RATE_WINDOW),
        )
    ).one()  # fmt: skip
    return row.succeeded, row.judged, int(row.calls)


def _month_began(connection: Connection, moment: Moment) -> datetime:
    c = t.tenant.c
    first = moment.day.replace(day=1)
    midnight = datetime(first.year, first.month, first.day)  # noqa: DTZ001 - of the company's zone
    began = func.timezone(c.timezone, midnight)
    found: datetime = connection.execute(select(began).where(c.tenant_id == moment.tenant_id)).scalar_one()
    return found


def _last_success(connection: Connection, tenant_id: str, customer_id: Id) -> datetime | None:
    c = t.sync_schedule.c
    query = select(c.last_success_at).where(c.tenant_id == tenant_id, c.customer_id == customer_id)
    found: datetime | None = connection.execute(query).scalar_one_or_none()
    return found
