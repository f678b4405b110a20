"""The whole routing of one installation as one value: what is checked is what is rendered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from alertmanager.inhibition import inhibitions
from alertmanager.receivers import receivers
from alertmanager.routes import routing_tree, time_intervals

if TYPE_CHECKING:
    from alertmanager.model import Inhibition, Receiver, Route, TimeInterval
    from alertmanager.settings import RoutingSettings

__all__ = ["Routing", "routing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """Who is notified of what, and when not."""

    tree: Route
    receivers: tuple[Receiver, ...]
    inhibitions: tuple[Inhibition, ...]
    times: tuple[TimeInterval, ...]


def routing(settings: RoutingSettings) -> Routing:
    """The routing with the addresses, hours and paces of one installation."""
    return Routing(
        tree=routing_tree(settings),
        receivers=receivers(settings),
        inhibitions=inhibitions(),
        times=time_intervals(settings),
    )
