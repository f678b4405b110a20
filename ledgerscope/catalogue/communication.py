"""Contacts and communications: the people to talk to at customers, and what is said to and by them."""

from __future__ import annotations

from ledgerscope.catalogue.labels import COMPANY
from ledgerscope.catalogue.metric import Kind, Label, Metric, Unit
from ledgerscope.catalogue.owners import CUSTOMER_SUCCESS
from ledgerscope.domain.values import COMMUNICATION_CHANNELS, CONTACT_TYPES, DIRECTIONS

__all__ = ["CONTACTS", "LOGGED", "METRICS"]

CONTACTS = Metric(
    name="customer_contact_created_total",
    kind=Kind.COUNTER,
    help="Contacts of customers that were created, those removed since then included.",
    unit=Unit.COUNT,
    labels=(
        COMPANY,
        Label(name="contact_type", help="What the contact was created for.", values=CONTACT_TYPES),
        Label(
            name="is_primary",
            help="Whether the contact was the primary one of its customer from the start.",
            values=("true", "false"),
        ),
    ),
    owner=CUSTOMER_SUCCESS,
)
LOGGED = Metric(
    name="customer_communication_logged_total",
    kind=Kind.COUNTER,
    help="Communications with customers that were logged.",
    unit=Unit.COUNT,
    labels=(
        COMPANY,
        Label(name="channel", help="Channel.", values=COMMUNICATION_CHANNELS),
        Label(
            name="direction", help="inbound: by the customer; outbound: to the customer.", values=DIRECTIONS
        ),
    ),
    owner=CUSTOMER_SUCCESS,
)

METRICS = (CONTACTS, LOGGED)
