"""How far a customer has come: milestones, active users of the last weeks, and segments."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from ledgerscope.customers.segments.stays import (
    Assignment,
    SegmentState,
    Stay,
    assign_segment,
    end_segment,
    replace_segment,
    stay_id_of,
)
from ledgerscope.store.records import ActivityDay, Milestone, derive_id

if TYPE_CHECKING:
    from datetime import datetime

    from ledgerscope.demo.history.agenda import Agenda
    from ledgerscope.demo.history.agreements import Agreements
    from ledgerscope.demo.history.standing import Standing

__all__ = ["write_progress"]

_ACTIVITY: Final = timedelta(days=42)
_NEW: Final = timedelta(days=90)
_HIGH_VALUE: Final = 1000_00
_PREMIUM: Final = 300_00
_SATURDAY: Final = 5
_VALUED: Final = timedelta(days=30)
_SIX_DECIMALS: Final = Decimal("0.000001")


def write_progress(agenda: Agenda, standing: Standing, agreements: Agreements) -> None:
    """What the application recorded of a customer, seen from the end of its agenda."""
    _milestones(agenda, standing.created_at, agreements)
    if standing.status == "active":
        _activity(agenda, standing.created_at, agreements)
    _segments(agenda, standing, agreements)


def _milestones(agenda: Agenda, created_at: datetime, agreements: Agreements) -> None:
    random = agenda.random
    activated = created_at + random.days(0, 6)
    stages = {"signed_up": created_at}
    if agreements.all:
        first = agreements.all[0]
        stages["activated"] = activated
        stages["first_value"] = activated + random.days(0.5, 25)
        if first.trial_end:
            stages["trial_started"] = first.started_at
        if agreements.won_at:
            stages["paid"] = agreements.won_at
    for stage, when in stages.items():
        if when <= agenda.era.until:
            agenda.write(Milestone(agenda.tenant_id, agenda.customer_id, stage, when))


def _activity(agenda: Agenda, created_at: datetime, agreements: Agreements) -> None:
    """Users come on most working days and few at weekends."""
    if not agreements.active:
        return
    random = agenda.random
    diligence = random.uniform(0.05, 0.6)
    users = [random.id()[:16] for _ in range(random.choice((1, 1, 2)))]
    since = max(created_at, agenda.era.until - _ACTIVITY)
    for day in agenda.company.calendar.days_between(since, agenda.era.until):
        share = diligence if day.weekday() < _SATURDAY else diligence / 4
        for user in users:
            if random.chance(share):
                agenda.write(ActivityDay(agenda.tenant_id, day, agenda.customer_id, user))


def _segments(agenda: Agenda, standing: Standing, agreements: Agreements) -> None:
    created, last = standing.created_at, standing.deleted_at or agenda.era.until
    grown_up = created + _NEW
    _assign(agenda, "new", None, created, grown_up if grown_up <= last else None)
    mrr = sum((agreement.price.mrr for agreement in agreements.all if agreement.paying), Decimal(0))
    begun = (agreement.since for agreement in agreements.all)
    since = max((when for when in begun if when is not None), default=created)
    if mrr >= _HIGH_VALUE:
        _assign(agenda, "high_value", mrr, since, None)
    elif mrr >= _PREMIUM:
        _assign(agenda, "premium", mrr, since, None)
    elif mrr:
        _assign(agenda, "regular", mrr, since, None)
    if mrr >= _HIGH_VALUE and agenda.random.chance(0.3):
        _assign(agenda, "vip", mrr, since, None)
    if standing.credit_hold:
        _assign(agenda, "at_risk", None, since, None)


def _assign(
    agenda: Agenda, segment: str, value: Decimal | None, start: datetime, end: datetime | None
) -> None:
    """A stay in a segment; what a premium customer is worth is known a month after it became one."""
    begun = agenda.call(start, "segmentation", agenda.random.id())
    valued = start + _VALUED
    late = segment == "premium" and valued <= agenda.era.until
    worth = None if value is None else value.quantize(_SIX_DECIMALS)
    first = Assignment(segment=segment, value=None if late else worth)
    agenda.commit(assign_segment(SegmentState(agenda.customer_id), first, begun))
    state = SegmentState(agenda.customer_id, (Stay(stay_id_of(begun), start),))
    if late:
        revised = agenda.call(valued, "segmentation", derive_id(begun.request_id, "value"))
        agenda.commit(replace_segment(state, replace(first, value=worth), revised))
    if end is not None:
        over = agenda.call(end, "segmentation", derive_id(begun.request_id, "end"))
        agenda.commit(end_segment(state, segment, over))
