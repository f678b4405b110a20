"""Communication: people at customers, and what was said to them and by them."""

from __future__ import annotations

from ledgerscope.catalogue.labels import COMPANY
from ledgerscope.catalogue.metric import Kind, Label, Metric, Unit
from ledgerscope.catalogue.owners import CUSTOMER_SUCCESS
from ledgerscope.domain.values import COMMUNICATION_CHANNELS, CONTACT_TYPES, DIRECTIONS

__all__ = ["CONTACT_CREATED", "LOGGED", "METRICS"]

CONTACT_CREATED = Metric(
    name="customer_contact_created_total",
    kind=Kind.COUNTER,
    help="Contacts created.",
    unit=Unit.COUNT,
    labels=(
        COMPANY,
        Label(name="contact_type", help="What the contact is for.", values=CONTACT_TYPES),
        Label(
            name="is_primary",
            help="Whether it was the customer's primary contact when it was created.",
            values=("true", "false"),
        ),
    ),
    owner=CUSTOMER_SUCCESS,
)
LOGGED = Metric(
    name="customer_communication_logged_total",
    kind=Kind.COUNTER,
    help="Communications logged.",
    unit=Unit.COUNT,
    labels=(
        COMPANY,
        Label(name="channel", help="How it took place.", values=COMMUNICATION_CHANNELS),
        Label(name="direction", help="Who began: inbound is the customer.", values=DIRECTIONS),
    ),
    owner=CUSTOMER_SUCCESS,
)

METRICS = (CONTACT_CREATED, LOGGED)
