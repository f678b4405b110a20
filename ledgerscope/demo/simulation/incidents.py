"""What can go wrong in the demo business: a table of incidents, each with the alerts that name it.

A healthy business sets off no alert; an incident is switched on by its name and lasts while the demo runs. A
new incident is a new row of `INCIDENTS`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select

from ledgerscope.customers.lifecycle.deletion import Belongings, delete_customer
from ledgerscope.customers.lifecycle.status import ChangeStatus, CustomerState, change_status
from ledgerscope.demo.operations.workers import ATTEMPTS, KINDS, enqueue, job_finished
from ledgerscope.demo.simulation import billing, subscriptions
from ledgerscope.demo.simulation.accounts import create_customer
from ledgerscope.domain.events import EventType
from ledgerscope.store import tables as t
from ledgerscope.store.changes import Changes
from ledgerscope.store.records import Event, SurveyResponse

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Row, Table

    from ledgerscope.demo.simulation.context import Context

__all__ = ["INCIDENTS", "Incident"]

_OFTEN: Final = timedelta(minutes=2)
_HOURLY: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)
_LENIENT: Final = "head of sales"
"""Lets any invoice through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """Something that goes wrong at one company.

    `begin` is done once, soon after the start, `go_on` again and again after it. `failure` and
    `stopped_queues` change how the workers do; `hangs`: nobody takes over tries without a sign of life.
    """

    name: str
    about: str
    alerts: tuple[str, ...]
    begin: Callable[[Context], None] | None = None
    go_on: Callable[[Context], None] | None = None
    every: timedelta = _OFTEN
    failure: float | None = None
    stopped_queues: frozenset[str] = frozenset()
    hangs: bool = False
    company: str = "aurora"


def _stuck_jobs(context: Context) -> None:
    """Three jobs run and have given no sign of life for twenty minutes."""
    silent_since = context.now - timedelta(minutes=20)
    for _ in range(3):
        run = enqueue(context.tenant_id, context.random, silent_since - timedelta(minutes=5), KINDS[0])
        started = silent_since - timedelta(minutes=4)
        context.write(run._replace(state="running", started_at=started, heartbeat_at=silent_since))


def _failed_jobs(context: Context) -> None:
    """Many jobs have failed for the last time within an hour."""
    for number in range(150):
        ended = context.now - timedelta(seconds=20 * number)
        run = enqueue(context.tenant_id, context.random, ended - timedelta(seconds=50))
        failed = run._replace(
            state="failed",
            attempt=ATTEMPTS,
            started_at=ended - timedelta(seconds=30),
            heartbeat_at=ended,
            finished_at=ended,
            error_class="UpstreamUnavailable",
        )
        context.commit(Changes((failed,), (job_finished(failed),)))


def _waiting_jobs(context: Context) -> None:
    """A queue has not moved for more than an hour."""
    reports = next(kind for kind in KINDS if kind.queue == "reports")
    for minutes in range(75):
        when = context.now - timedelta(minutes=minutes + 5)
        context.write(enqueue(context.tenant_id, context.random, when, reports))


def _churn_wave(context: Context) -> None:
    """A quarter of all running subscriptions ends at once."""
    rows = _all(
        context,
        t.subscription,
        t.subscription.c.status.in_(("active", "past_due")),
        t.subscription.c.started_at < context.now - timedelta(days=30),
    )
    for row in rows[::4]:
        subscriptions.end_one(context, row, "voluntary")
        context.finish()


def _credit_breaches(context: Context) -> None:
    """Invoices far above the limit, to several customers at once."""
    for customer, limit in _limited(context, 4):
        billing.issue(context, customer, 2 * limit + 100_00, "one_time")


def _limits_exhausted(context: Context) -> None:
    """Two customers out of three owe more than they may."""
    found = _limited(context, None)
    for customer, limit in found[: 2 * len(found) // 3 + 1]:
        total = limit + limit // 2 + 100_00
        billing.issue(context, customer, total, "one_time", override_by=_LENIENT)


def _overdue(context: Context) -> None:
    """As many old invoices as there are open ones turn up, unpaid for weeks after they were due."""
    open_invoices = _count(context, t.invoice, t.invoice.c.status == "open")
    amount = int(
        context.connection.execute(
            select(func.coalesce(func.max(t.invoice.c.total_minor), 100_00)).where(
                t.invoice.c.tenant_id == context.tenant_id, t.invoice.c.status == "open"
            )
        ).scalar_one()
    )
    customers = _customers(context, t.customer.c.status == "active")
    for number in range(max(60, open_invoices)):
        customer = customers[number % len(customers)]
        issued = context.today - timedelta(days=105)
        billing.issue(context, customer, amount, "one_time", issued_on=issued, override_by=_LENIENT)


def _unhappy_customers(context: Context) -> None:
    """Every other customer answers, and warns others."""
    customers = _customers(context)
    answers = max(
        60, 2 * _count(context, t.survey_response, t.survey_response.c.at > context.now - 90 * _DAY)
    )
    for number in range(answers):
        subject = customers[number % len(customers)].customer_id.hex
        for kind, event_type, score, scale in (
            ("nps", EventType.NPS_ANSWERED, 1, 10),
            ("csat", EventType.CSAT_ANSWERED, 1, 5),
        ):
            respondent = context.random.id()[:16]
            context.write(
                SurveyResponse(
                    context.tenant_id, context.random.id(), subject, kind, respondent, score, scale,
                    context.now,
                )
            )  # fmt: skip
            context.emit(event_type, customer_id=subject)


def _blocked_customers(context: Context) -> None:
    """Every third active customer is blocked."""
    customers = _customers(context, t.customer.c.status == "active")
    for row in customers[::3]:
        request = ChangeStatus(context.moment, "blocked", "rule of the risk engine", "risk engine")
        context.commit(change_status(CustomerState(row.customer_id.hex, row.status), request))


def _deletions(context: Context) -> None:
    """A clean-up script deletes customers that an import has just made."""
    for _ in range(70):
        customer = Belongings(create_customer(context), deleted=False, erased=False, running=0, open_minor={})
        context.commit(delete_customer(customer, "duplicate", context.call("clean-up")))


def _unknown_events(context: Context) -> None:
    """Another program writes an event with a label value that the catalogue does not know."""
    labels = '{"queue": "mail", "job_name": "send-reminders", "status": "exploded"}'
    job = EventType.JOB_FINISHED.value
    context.write(Event(context.tenant_id, job, None, labels, None, None, 5, context.now))


INCIDENTS: Final[dict[str, Incident]] = {
    incident.name: incident
    for incident in (
        Incident(
            name="stuck-jobs",
            about="jobs run on without a sign of life",
            alerts=("JobsStuck",),
            begin=_stuck_jobs,
            hangs=True,
        ),
        Incident(
            name="failed-jobs",
            about="most background jobs fail",
            alerts=("JobsFailedMany", "JobsFailureShareHigh"),
            begin=_failed_jobs,
            failure=0.6,
        ),
        Incident(
            name="stopped-queue",
            about="nobody works on the queue of reports",
            alerts=("JobsQueueWaitLong",),
            begin=_waiting_jobs,
            stopped_queues=frozenset({"reports"}),
        ),
        Incident(
            name="churn-wave",
            about="a quarter of all subscriptions ends at once",
            alerts=(
                "ChurnLogoHigh",
                "ChurnRevenueGrossHigh",
                "ChurnNetRetentionLow",
                "RevenueRecurringShrinking",
            ),
            begin=_churn_wave,
        ),
        Incident(
            name="credit-breaches",
            about="many invoices break the limits of their customers",
            alerts=("CustomerCreditBreachRateHigh",),
            begin=_credit_breaches,
            go_on=_credit_breaches,
        ),
        Incident(
            name="limits-exhausted",
            about="most customers owe more than they may",
            alerts=("CustomerCreditUtilizationHigh", "CustomerCreditOverLimitShareHigh"),
            begin=_limits_exhausted,
        ),
        Incident(
            name="overdue",
            about="half of all open invoices are long overdue",
            alerts=("CustomerAgingOverdueShareHigh", "CustomerAgingCriticallyOverdue"),
            begin=_overdue,
        ),
        Incident(
            name="unhappy-customers",
            about="customers warn others, and rate the support as bad",
            alerts=("SatisfactionNpsLow", "SatisfactionCsatLow"),
            begin=_unhappy_customers,
        ),
        Incident(
            name="blocked-customers",
            about="a third of all customers is blocked",
            alerts=("CustomerBlockedShareHigh",),
            begin=_blocked_customers,
        ),
        Incident(
            name="deletions",
            about="a script deletes dozens of customers an hour",
            alerts=("CustomerDeletionsSurge",),
            begin=_deletions,
            go_on=_deletions,
            every=_HOURLY,
        ),
        Incident(
            name="unknown-events",
            about="another program writes events with unknown labels",
            alerts=("LedgerscopeEventsMisplaced",),
            begin=_unknown_events,
        ),
    )
}


def _all(context: Context, table: Table, *conditions: Any) -> Sequence[Row[Any]]:
    query = select(table).where(table.c.tenant_id == context.tenant_id, *conditions)
    return context.connection.execute(query.order_by(*table.primary_key.columns)).all()


def _customers(context: Context, *conditions: Any) -> Sequence[Row[Any]]:
    """Customers that are not deleted."""
    return _all(context, t.customer, t.customer.c.deleted_at.is_(None), *conditions)


def _count(context: Context, table: Table, *conditions: Any) -> int:
    query = select(func.count()).where(table.c.tenant_id == context.tenant_id, *conditions)
    return context.connection.execute(query).scalar_one()


def _limited(context: Context, at_most: int | None) -> list[tuple[Row[Any], int]]:
    """Customers with a finite limit in force in their own currency, and the limit."""
    limit = t.credit_limit.c
    query = (
        select(t.customer, limit.limit_minor)
        .join(
            t.credit_limit,
            (limit.tenant_id == t.customer.c.tenant_id) & (limit.customer_id == t.customer.c.customer_id),
        )
        .where(
            t.customer.c.tenant_id == context.tenant_id,
            t.customer.c.deleted_at.is_(None),
            limit.currency == t.customer.c.currency,
            limit.status == "approved",
            limit.limit_minor > 0,
            limit.valid.contains(context.now),
        )
        .order_by(func.md5(func.concat(t.customer.c.customer_id, context.random.id())))
    )
    rows = context.connection.execute(query if at_most is None else query.limit(at_most)).all()
    return [(row, int(row.limit_minor)) for row in rows]
