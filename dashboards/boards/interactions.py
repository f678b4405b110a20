"""Interactions: work that was logged, and who is in which segment."""

from __future__ import annotations

from dashboards.model import Board, Query, Row, Variable
from dashboards.panels import lines, stat
from dashboards.query import now, per_hour
from ledgerscope.catalogue import Unit, interactions
from ledgerscope.catalogue.labels import COMPANY

__all__ = ["BOARD"]

_TYPE = interactions.LOGGED.label("type")
_STATUS = interactions.LOGGED.label("status")

BOARD = Board(
    area="interactions",
    title="Interactions",
    question="What work do customers cause, and in which segments are they?",
    variables=(Variable("company_id", "Company", interactions.MEMBERS),),
    rows=(
        Row(
            "Now",
            (
                stat(
                    "Interactions per hour",
                    Query(per_hour(interactions.LOGGED, COMPANY), "{{company_id}}"),
                    about="Interactions logged, per hour.",
                    unit=Unit.COUNT,
                    width=12,
                ),
                stat(
                    "At risk",
                    Query(now(interactions.MEMBERS.where(segment="at_risk")), "{{company_id}}"),
                    about="Customers in the segment at_risk.",
                    unit=Unit.COUNT,
                    width=12,
                ),
            ),
        ),
        Row(
            "Over time",
            (
                lines(
                    "Types",
                    Query(per_hour(interactions.LOGGED, COMPANY, _TYPE), "{{company_id}} {{type}}"),
                    about="Interactions logged, by type.",
                    unit=Unit.COUNT,
                ),
                lines(
                    "Statuses",
                    Query(per_hour(interactions.LOGGED, COMPANY, _STATUS), "{{company_id}} {{status}}"),
                    about="Interactions logged, by the status that they were logged with.",
                    unit=Unit.COUNT,
                ),
                lines(
                    "Segments",
                    Query(now(interactions.MEMBERS), "{{company_id}} {{segment}}"),
                    about="Customers in each segment; one customer may be in several.",
                    unit=Unit.COUNT,
                    width=24,
                ),
            ),
        ),
    ),
)
