"""What the areas of the catalogue lack: parts that are missing, not listed or broken, metrics nobody serves.

Looks at one stage after the other and stops at the first that finds something: a missing module would
otherwise be reported once by each module that imports it.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from traceback import extract_tb
from typing import TYPE_CHECKING

from collectors.area import AreaCollector
from dashboards.model import Board
from ledgerscope.catalogue import AREAS, Part
from ledgerscope.catalogue.errors import WrongPart
from ledgerscope.catalogue.parts import class_of, is_there, part_of
from ledgerscope.cli.served_metrics import constants, unserved
from rules.errors import Finding
from rules.model import RuleArea

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ledgerscope.catalogue import Area

__all__ = ["STAGES", "check_areas"]

LIST = "ledgerscope/catalogue/areas.py"


def check_areas(areas: Sequence[Area] = AREAS) -> list[Finding]:
    """The findings of the first stage that has any."""
    return next((found for stage in STAGES if (found := list(stage(areas)))), [])


# --- parts without a module, modules without an area -----------------------------------------------------


def _parts_are_there(areas: Sequence[Area]) -> Iterator[Finding]:
    for area in areas:
        for part in Part:
            if part in area.parts and not is_there(area.name, part):
                yield Finding(part.path(area.name), f"missing; create it and define {part.defines}")


def _areas_are_listed(areas: Sequence[Area]) -> Iterator[Finding]:
    """A module in a folder that holds nothing but areas belongs to an area of the list."""
    listed = {area.name for area in areas}
    found: dict[str, list[str]] = {}
    for part, others in _FOLDERS_OF_AREAS.items():
        for module in iter_modules(import_module(part.package).__path__):
            if module.name not in listed | others:
                found.setdefault(module.name, []).append(part.path(module.name))
    for name, paths in found.items():
        yield Finding(LIST, f'no area {name!r}, but there is {", ".join(paths)}: add Area("{name}", "...")')


_FOLDERS_OF_AREAS = {Part.SCENARIOS: frozenset({"areas", "model"}), Part.BOARD: frozenset[str]()}
"""Folders in which each module is an area, but for these."""

# --- modules that cannot be used --------------------------------------------------------------------------


def _parts_can_be_used(areas: Sequence[Area]) -> Iterator[Finding]:
    """The first part of each area that is broken: the later ones import the earlier ones."""
    broken: dict[str, Finding] = {}
    for area in areas:
        first = next((found for part in Part if part in area.parts and (found := _tried(area, part))), None)
        if first:
            broken.setdefault(first.where, first)
    yield from broken.values()


def _tried(area: Area, part: Part) -> Finding | None:
    try:
        _READERS[part](area.name)
    except WrongPart as error:
        return Finding(error.path, f"has to define {part.defines}")
    except Exception as error:  # noqa: BLE001 - whatever it is, it is reported as a finding
        where = _culprit(error) or part.path(area.name)
        return Finding(where, f"cannot be imported: {type(error).__name__}: {error}")
    return None


def _culprit(error: Exception) -> str:
    """The file of the project that the error comes from; empty where no file of the project is known."""
    frames = [frame.filename for frame in extract_tb(error.__traceback__)]
    if isinstance(error, SyntaxError) and error.filename:
        frames.append(error.filename)
    root = Path(__file__).parents[2]
    inside = [Path(name) for name in frames if Path(name).is_relative_to(root)]
    own = [path for path in inside if path.name != "parts.py" and path != Path(__file__)]
    return own[-1].relative_to(root).as_posix() if own else ""


_READERS: dict[Part, Callable[[str], object]] = {
    Part.METRICS: lambda area: part_of(area, Part.METRICS, "METRICS", tuple),
    Part.COLLECTOR: lambda area: class_of(area, Part.COLLECTOR, AreaCollector),
    Part.RULES: lambda area: part_of(area, Part.RULES, "AREA", RuleArea),
    Part.SCENARIOS: lambda area: (
        part_of(area, Part.SCENARIOS, "ALERTS", tuple),
        part_of(area, Part.SCENARIOS, "RECORDINGS", tuple),
    ),
    Part.BOARD: lambda area: part_of(area, Part.BOARD, "BOARD", Board),
}

# --- parts that do not fit together ------------------------------------------------------------------------


def _parts_bear_the_name_of_the_area(areas: Sequence[Area]) -> Iterator[Finding]:
    for area in areas:
        for part, name in _names(area):
            if name != area.name:
                yield Finding(
                    part.path(area.name), f"is named {name!r}: use the name of the area, {area.name!r}"
                )


def _names(area: Area) -> Iterator[tuple[Part, str]]:
    if Part.COLLECTOR in area.parts:
        yield Part.COLLECTOR, class_of(area.name, Part.COLLECTOR, AreaCollector).name
    if Part.RULES in area.parts:
        yield Part.RULES, part_of(area.name, Part.RULES, "AREA", RuleArea).name
    if Part.BOARD in area.parts:
        yield Part.BOARD, part_of(area.name, Part.BOARD, "BOARD", Board).area


def _metrics_are_listed(areas: Sequence[Area]) -> Iterator[Finding]:
    for area in areas:
        if Part.METRICS in area.parts:
            for name, metric in constants(area.name).items():
                if metric not in area.metrics:
                    yield Finding(Part.METRICS.path(area.name), f"METRICS lacks {name}: add it")
            for metric in set(area.metrics).difference(constants(area.name).values()):
                yield Finding(Part.METRICS.path(area.name), f"no constant holds {metric}: give it a name")


def _collectors_announce_the_metrics(areas: Sequence[Area]) -> Iterator[Finding]:
    for area in areas:
        if Part.COLLECTOR in area.parts:
            collector = class_of(area.name, Part.COLLECTOR, AreaCollector)
            for metric in area.metrics:
                if metric not in collector.metrics:
                    yield Finding(
                        Part.COLLECTOR.path(area.name),
                        f"{collector.__name__}.metrics lacks {metric}: set it to METRICS of the catalogue",
                    )


STAGES: tuple[Callable[[Sequence[Area]], Iterable[Finding]], ...] = (
    _parts_are_there,
    _areas_are_listed,
    _parts_can_be_used,
    _parts_bear_the_name_of_the_area,
    _metrics_are_listed,
    _collectors_announce_the_metrics,
    unserved,
)
