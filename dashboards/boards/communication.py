"""Communication: contacts created, and what was said."""

from __future__ import annotations

from dashboards.model import Board, Query, Row, Variable
from dashboards.panels import lines, stat
from dashboards.query import per_hour
from ledgerscope.catalogue import Unit, communication
from ledgerscope.catalogue.labels import COMPANY

__all__ = ["BOARD"]

_TYPE = communication.CONTACT_CREATED.label("contact_type")
_CHANNEL = communication.LOGGED.label("channel")
_DIRECTION = communication.LOGGED.label("direction")

BOARD = Board(
    area="communication",
    title="Communication",
    question="Do we talk with customers, and who begins?",
    variables=(Variable("company_id", "Company", communication.LOGGED),),
    rows=(
        Row(
            "Now",
            (
                stat(
                    "Communications per hour",
                    Query(per_hour(communication.LOGGED, COMPANY), "{{company_id}}"),
                    about="Communications logged, per hour.",
                    unit=Unit.COUNT,
                    width=12,
                ),
                stat(
                    "Contacts per hour",
                    Query(per_hour(communication.CONTACT_CREATED, COMPANY), "{{company_id}}"),
                    about="Contacts created, per hour.",
                    unit=Unit.COUNT,
                    width=12,
                ),
            ),
        ),
        Row(
            "Over time",
            (
                lines(
                    "Channels",
                    Query(per_hour(communication.LOGGED, COMPANY, _CHANNEL), "{{company_id}} {{channel}}"),
                    about="Communications logged, by channel.",
                    unit=Unit.COUNT,
                ),
                lines(
                    "Directions",
                    Query(
                        per_hour(communication.LOGGED, COMPANY, _DIRECTION), "{{company_id}} {{direction}}"
                    ),
                    about="Communications logged, by who began.",
                    unit=Unit.COUNT,
                ),
                lines(
                    "Contacts",
                    Query(
                        per_hour(communication.CONTACT_CREATED, COMPANY, _TYPE),
                        "{{company_id}} {{contact_type}}",
                    ),
                    about="Contacts created, by what they are for.",
                    unit=Unit.COUNT,
                    width=24,
                ),
            ),
        ),
    ),
)
