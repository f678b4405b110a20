"""The collectors, one for each area of the catalogue that has one, and how some are asked for by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from collectors.area import AreaCollector
from collectors.errors import UnknownCollector
from ledgerscope.catalogue import Part, areas_with
from ledgerscope.catalogue.parts import class_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from collectors.base import Collector

__all__ = ["COLLECTORS", "create"]

COLLECTORS: tuple[type[AreaCollector], ...] = tuple(
    class_of(area, Part.COLLECTOR, AreaCollector) for area in areas_with(Part.COLLECTOR)
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
