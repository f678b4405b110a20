"""Metrics that nobody serves: found by reading the sources of the collectors and of the exporter.

A collector may announce a metric and never give it a value, so what it announces proves nothing. What counts
is that a module names the constant of the catalogue.
"""

from __future__ import annotations

import ast
import inspect
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from ledgerscope.catalogue import Metric, Part
from ledgerscope.catalogue.parts import module_of
from rules.errors import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ledgerscope.catalogue import Area

__all__ = ["constants", "unserved"]

_SERVERS = ("collectors", "exporter")
"""The packages whose modules put values on the page."""


def unserved(areas: Sequence[Area]) -> Iterator[Finding]:
    """Metrics that no module of the collectors or of the exporter names."""
    trees = tuple(_sources())
    for area in areas:
        if Part.METRICS in area.parts:
            named = frozenset(_named(trees, area.name))
            for name, metric in constants(area.name).items():
                if name not in named:
                    yield Finding(_server(area), f"nothing serves {metric}: put a value of {name}")


def constants(area: str) -> dict[str, Metric]:
    """The metrics of the area's catalogue file by the names of the constants that hold them."""
    members = vars(module_of(area, Part.METRICS))
    return {name: value for name, value in members.items() if isinstance(value, Metric)}


def _server(area: Area) -> str:
    return Part.COLLECTOR.path(area.name) if Part.COLLECTOR in area.parts else "exporter/"


def _named(trees: Iterable[ast.Module], area: str) -> Iterator[str]:
    """The names of the area's catalogue file that the modules refer to."""
    for tree in trees:
        yield from _references(tree, Part.METRICS.module(area))


def _sources() -> Iterator[ast.Module]:
    for package in _SERVERS:
        folder = Path(inspect.getfile(import_module(package))).parent
        for path in sorted(folder.rglob("*.py")):
            yield ast.parse(path.read_text(encoding="utf-8"))


def _references(tree: ast.Module, wanted: str) -> Iterator[str]:
    aliases: set[str] = set()
    package, _, name = wanted.rpartition(".")
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == package:
            aliases.update(one.asname or one.name for one in node.names if one.name == name)
        elif isinstance(node, ast.ImportFrom) and node.module == wanted:
            yield from (one.name for one in node.names)
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id=alias), attr=constant) if alias in aliases:
                yield constant
            case ast.Attribute(value=ast.Attribute(attr=module), attr=constant) if module == name:
                yield constant
            case _:
                pass
