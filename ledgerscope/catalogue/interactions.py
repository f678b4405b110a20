"""Interactions: pieces of work with customers, and the segments that customers are in."""

from __future__ import annotations

from ledgerscope.catalogue.labels import COMPANY
from ledgerscope.catalogue.metric import Kind, Label, Metric, Unit
from ledgerscope.catalogue.owners import CUSTOMER_SUCCESS
from ledgerscope.domain.values import INTERACTION_STATUSES, INTERACTION_TYPES, SEGMENTS

__all__ = ["LOGGED", "MEMBERS", "METRICS"]

LOGGED = Metric(
    name="customer_interactions_total",
    kind=Kind.COUNTER,
    help="Interactions logged, by the status that they were logged with; later changes of it do not count.",
    unit=Unit.COUNT,
    labels=(
        COMPANY,
        Label(name="type", help="What kind of work.", values=INTERACTION_TYPES),
        Label(name="status", help="Status when it was logged.", values=INTERACTION_STATUSES),
    ),
    owner=CUSTOMER_SUCCESS,
)
MEMBERS = Metric(
    name="customer_segment_members",
    kind=Kind.GAUGE,
    help="Customers in a segment, deleted customers left out; one customer may be in several.",
    unit=Unit.COUNT,
    labels=(COMPANY, Label(name="segment", help="Segment.", values=SEGMENTS)),
    owner=CUSTOMER_SUCCESS,
)

METRICS = (LOGGED, MEMBERS)
