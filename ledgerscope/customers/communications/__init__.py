"""Communications: what was said to and by a customer."""

from __future__ import annotations

from ledgerscope.customers.communications.communications import Communications, LoggedCommunication
from ledgerscope.customers.communications.logging import NewCommunication
from ledgerscope.customers.communications.reading import (
    CommunicationPage,
    CommunicationView,
    ListCommunications,
)

__all__ = [
    "CommunicationPage",
    "CommunicationView",
    "Communications",
    "ListCommunications",
    "LoggedCommunication",
    "NewCommunication",
]
