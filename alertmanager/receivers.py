"""Receivers: each team has one that wakes it and one that writes to it; heartbeat and strays have theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alertmanager.model import Email, Receiver, Webhook
from ledgerscope.catalogue import OWNERS
from ledgerscope.catalogue.owners import PLATFORM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alertmanager.settings import RoutingSettings
    from ledgerscope.catalogue import Owner

__all__ = ["HEARTBEAT", "STRAY", "page", "receivers", "ticket"]

HEARTBEAT = "heartbeat"
STRAY = "stray"
"""What no team's route takes. A person reads it, because it means that a route is missing."""


def page(owner: Owner) -> str:
    """Name of the receiver that wakes the team."""
    return f"{owner.team}-page"


def ticket(owner: Owner) -> str:
    """Name of the receiver that writes to the team."""
    return f"{owner.team}-ticket"


def receivers(settings: RoutingSettings) -> tuple[Receiver, ...]:
    """All receivers, the default one first."""
    return (
        Receiver(name=STRAY, emails=(_mailbox(PLATFORM.team, settings),)),
        Receiver(name=HEARTBEAT, webhooks=(_endpoint(HEARTBEAT, settings),)),
        *_teams(settings),
    )


def _teams(settings: RoutingSettings) -> Iterator[Receiver]:
    for owner in OWNERS:
        mailbox = _mailbox(owner.team, settings)
        yield Receiver(name=page(owner), emails=(mailbox,), webhooks=(_endpoint(owner.team, settings),))
        yield Receiver(name=ticket(owner), emails=(mailbox,))


def _mailbox(name: str, settings: RoutingSettings) -> Email:
    return Email(to=f"{name}@{settings.mail_domain}")


def _endpoint(path: str, settings: RoutingSettings) -> Webhook:
    return Webhook(url=f"{settings.webhook}/{path}", token_file=settings.token_file)
