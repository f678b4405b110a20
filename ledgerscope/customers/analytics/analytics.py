"""The analytics of one company, read as of an instant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from ledgerscope.customers.access.permissions import Permission
from ledgerscope.customers.analytics.of_company import measure_dashboard, summarise
from ledgerscope.customers.analytics.of_customer import analyse_customer
from ledgerscope.customers.analytics.of_segment import analyse_segment
from ledgerscope.customers.analytics.spans import Scene
from ledgerscope.customers.instants import fault_of_past
from ledgerscope.customers.operations.guard import takes
from ledgerscope.customers.operations.lookups import plain_id
from ledgerscope.customers.operations.types import typed
from ledgerscope.store import tables as t
from ledgerscope.store.engine import READING
from ledgerscope.store.tables.values import SEGMENTS

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy import Connection

    from ledgerscope.customers.analytics.of_company import DashboardMetrics, OrganisationSummary
    from ledgerscope.customers.analytics.of_customer import CustomerAnalytics
    from ledgerscope.customers.analytics.of_segment import SegmentAnalytics
    from ledgerscope.customers.decision import Refused
    from ledgerscope.customers.operations import Operations
    from ledgerscope.store.records import Id

__all__ = ["Analytics"]

Found = TypeVar("Found")

_PLANNING: Final = select(
    *(func.set_config(name, READING[name], True) for name in ("jit", "random_page_cost", "work_mem"))
)
"""Figures of many rows are planned as those of the exporter are, whatever the server's defaults are."""


@typed
class Analytics:
    """How one company deals with its customers, as of an instant, now where none is given.

    What is there at an instant is said in `ledgerscope.customers.analytics`. Each answer is that of one
    snapshot of the database. What is wrong with a request comes back as `Refused`; StoreError and
    UnknownCompany are raised. Names and subjects are personal data.
    """

    def __init__(self, operations: Operations) -> None:
        self._operations = operations

    @takes(Permission.CUSTOMERS_VIEW)
    def customer(
        self,
        customer_id: Id,
        as_of: datetime | None = None,
        *,
        recent: int | None = 5,
        cursor: str | None = None,
    ) -> CustomerAnalytics | Refused:
        """One customer, deleted or not, with its latest interactions: 1 to 20 of them, or None.

        `cursor`, the `recent_next` of an answer, leads on to earlier ones.
        """

        def analyse(connection: Connection, scene: Scene) -> CustomerAnalytics | Refused:
            return analyse_customer(connection, scene, plain_id(customer_id), recent, cursor)

        return self._read(as_of, analyse)

    @takes(Permission.CUSTOMERS_LIST)
    def segment(
        self, segment: str, as_of: datetime | None = None, *, timeline_days: int | None = 30
    ) -> SegmentAnalytics | Refused:
        """A segment, with a timeline of the last 7 to 365 calendar days, or None."""

        def analyse(connection: Connection, scene: Scene) -> SegmentAnalytics | Refused:
            return analyse_segment(connection, scene, segment, timeline_days)

        return self._read(as_of, analyse)

    @takes(Permission.CUSTOMERS_LIST)
    def summary(self, as_of: datetime | None = None) -> OrganisationSummary | Refused:
        """All customers of the company and what was done with them."""
        return self._read(as_of, summarise)

    @takes(Permission.CUSTOMERS_LIST)
    def dashboard(
        self, as_of: datetime | None = None, *, recent: int = 10, cursor: str | None = None
    ) -> DashboardMetrics | Refused:
        """Interactions of the day, the week and the month, the largest segments, the latest activity.

        `recent` is how many interactions that is, 1 to 100; `cursor`, the `recent_next` of an answer, leads
        on to earlier ones.
        """

        def measure(connection: Connection, scene: Scene) -> DashboardMetrics | Refused:
            return measure_dashboard(connection, scene, recent, cursor)

        return self._read(as_of, measure)

    def segments(self) -> tuple[str, ...]:
        """The names of all segments, whether anybody is in them or not."""
        return SEGMENTS

    def _read(
        self, as_of: datetime | None, analyse: Callable[[Connection, Scene], Found | Refused]
    ) -> Found | Refused:
        with self._operations.read() as connection:
            moment = self._operations.moment(connection)
            fault = None if as_of is None else fault_of_past("as_of", as_of, moment)
            if fault is not None:
                return fault
            connection.execute(_PLANNING)
            zone = connection.execute(
                select(t.tenant.c.timezone).where(t.tenant.c.tenant_id == moment.tenant_id)
            ).scalar_one()
            return analyse(connection, Scene(moment.tenant_id, as_of or moment.at, ZoneInfo(zone)))
