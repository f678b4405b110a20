"""Contacts and communications: how many people are added, and how much is said to and by customers."""

from __future__ import annotations

from dashboards.model import Board, Query, Row, Variable
from dashboards.panels import lines, stat
from dashboards.query import per_hour
from ledgerscope.catalogue import Unit, communication
from ledgerscope.catalogue.labels import COMPANY

__all__ = ["BOARD"]

_TYPE = communication.CONTACTS.label("contact_type")
_PRIMARY = communication.CONTACTS.label("is_primary")
_CHANNEL = communication.LOGGED.label("channel")
_DIRECTION = communication.LOGGED.label("direction")

BOARD = Board(
    area="communication",
    title="Contacts and communications",
    question="Do we talk to customers, and to whom?",
    variables=(Variable("company_id", "Company", communication.LOGGED),),
    rows=(
        Row(
            "How many",
            (
                stat(
                    "Communications per hour, now",
                    Query(per_hour(communication.LOGGED, COMPANY), "{{company_id}}"),
                    about="Communications with customers per hour.",
                    unit=Unit.COUNT,
                    width=12,
                ),
                stat(
                    "Contacts per hour, now",
                    Query(per_hour(communication.CONTACTS, COMPANY), "{{company_id}}"),
                    about="Contacts of customers that are created per hour.",
                    unit=Unit.COUNT,
                    width=12,
                ),
            ),
        ),
        Row(
            "Over time",
            (
                lines(
                    "Communications, by channel",
                    Query(per_hour(communication.LOGGED, COMPANY, _CHANNEL), "{{company_id}} {{channel}}"),
                    about="Communications per hour, by channel.",
                    unit=Unit.COUNT,
                ),
                lines(
                    "Communications, by direction",
                    Query(
                        per_hour(communication.LOGGED, COMPANY, _DIRECTION), "{{company_id}} {{direction}}"
                    ),
                    about="Communications per hour; inbound are those by customers.",
                    unit=Unit.COUNT,
                ),
                lines(
                    "New contacts, by type",
                    Query(
                        per_hour(communication.CONTACTS, COMPANY, _TYPE), "{{company_id}} {{contact_type}}"
                    ),
                    about="Contacts that are created per hour, by what they are for.",
                    unit=Unit.COUNT,
                ),
                lines(
                    "New contacts, primary or not",
                    Query(
                        per_hour(communication.CONTACTS, COMPANY, _PRIMARY),
                        "{{company_id}} primary: {{is_primary}}",
                    ),
                    about="Contacts that are created per hour, by whether they are the primary one.",
                    unit=Unit.COUNT,
                ),
            ),
        ),
    ),
)
