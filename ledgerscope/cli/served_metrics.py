"""Metrics that nobody serves: found by reading the sources of the collectors and of the exporter.

A collector may announce a metric and never give it a value, so what it announces proves nothing. What counts
is that a module names the constant of the catalogue.
"""

from __future__ import annotations

import ast
import inspect
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Self

from ledgerscope.catalogue import Metric, Part
from ledgerscope.catalogue.parts import module_of
from rules.errors import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ledgerscope.catalogue import Area

__all__ = ["constants", "unserved"]

_SERVERS = ("collectors", "exporter")
"""The packages whose modules put values on the page."""


@dataclass(frozen=True, slots=True)
class _Module:
    """What a module says of others: module, name and alias of each import, owner and name of each attribute.

    Kept of each tree, because to walk it once for every area takes a third of a build.
    """

    imports: tuple[tuple[str | None, str, str], ...]
    of_names: frozenset[tuple[str, str]]
    of_attributes: frozenset[tuple[str, str]]

    @classmethod
    def of(cls, tree: ast.Module) -> Self:
        imports: list[tuple[str | None, str, str]] = []
        of_names: set[tuple[str, str]] = set()
        of_attributes: set[tuple[str, str]] = set()
        for node in ast.walk(tree):
            match node:
                case ast.ImportFrom():
                    imports += ((node.module, one.name, one.asname or one.name) for one in node.names)
                case ast.Attribute(value=ast.Name(id=owner), attr=name):
                    of_names.add((owner, name))
                case ast.Attribute(value=ast.Attribute(attr=owner), attr=name):
                    of_attributes.add((owner, name))
                case _:
                    pass
        return cls(tuple(imports), frozenset(of_names), frozenset(of_attributes))

    def references(self, wanted: str) -> Iterator[str]:
        """The names of another module that this one refers to."""
        package, _, name = wanted.rpartition(".")
        yield from (imported for module, imported, _ in self.imports if module == wanted)
        yield from (attribute for owner, attribute in self.of_attributes if owner == name)
        aliases = {alias for module, imported, alias in self.imports if (module, imported) == (package, name)}
        yield from (attribute for owner, attribute in self.of_names if owner in aliases)


def unserved(areas: Sequence[Area]) -> Iterator[Finding]:
    """Metrics that no module of the collectors or of the exporter names."""
    modules = tuple(_modules())
    for area in areas:
        if Part.METRICS in area.parts:
            wanted = Part.METRICS.module(area.name)
            named = frozenset(name for module in modules for name in module.references(wanted))
            for name, metric in constants(area.name).items():
                if name not in named:
                    yield Finding(_server(area), f"nothing serves {metric}: put a value of {name}")


def constants(area: str) -> dict[str, Metric]:
    """The metrics of the area's catalogue file by the names of the constants that hold them."""
    members = vars(module_of(area, Part.METRICS))
    return {name: value for name, value in members.items() if isinstance(value, Metric)}


def _server(area: Area) -> str:
    return Part.COLLECTOR.path(area.name) if Part.COLLECTOR in area.parts else "exporter/"


def _modules() -> Iterator[_Module]:
    for package in _SERVERS:
        folder = Path(inspect.getfile(import_module(package))).parent
        for path in sorted(folder.rglob("*.py")):
            yield _Module.of(ast.parse(path.read_text(encoding="utf-8")))
