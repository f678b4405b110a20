"""The list of collectors: what a new area is added to, and how some of them are asked for by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collectors.aging import AgingCollector
from collectors.churn import ChurnCollector
from collectors.credit import CreditCollector
from collectors.errors import UnknownCollector
from collectors.jobs import JobsCollector
from collectors.lifecycle import LifecycleCollector
from collectors.revenue import RevenueCollector
from collectors.satisfaction import SatisfactionCollector

if TYPE_CHECKING:
    from collections.abc import Iterable

    from collectors.area import AreaCollector
    from collectors.base import Collector

__all__ = ["COLLECTORS", "create"]

COLLECTORS: tuple[type[AreaCollector], ...] = (
    LifecycleCollector,
    CreditCollector,
    AgingCollector,
    RevenueCollector,
    ChurnCollector,
    SatisfactionCollector,
    JobsCollector,
)
"""In the order of the catalogue's areas."""


def create(names: Iterable[str] = ()) -> tuple[Collector, ...]:
    """Fresh collectors of the named areas, of all without a name; raises UnknownCollector.

    Each holds the tallies of its own counters, so one set belongs to one database.
    """
    known = {one.name: one for one in COLLECTORS}
    wanted = tuple(names) or tuple(known)
    for name in wanted:
        if name not in known:
            raise UnknownCollector(name, tuple(known))
    return tuple(known[name]() for name in wanted)
