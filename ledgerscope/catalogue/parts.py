"""The parts that an area consists of, each in a module named as the area, and how a package finds them.

A package asks for its part of an area by the type it needs: `part_of("credit", Part.RULES, "AREA", RuleArea)`
imports `rules.credit` and returns its `AREA`. No package keeps a list of areas of its own.
"""

from __future__ import annotations

from enum import Enum
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, TypeVar

from ledgerscope.catalogue.errors import MissingPart, WrongPart

if TYPE_CHECKING:
    from types import ModuleType

__all__ = ["EVERY_PART", "Part", "class_of", "is_there", "module_of", "part_of"]

T = TypeVar("T")


class Part(Enum):
    """One part of an area: the package that its module lies in, and what the module has to define."""

    METRICS = ("ledgerscope.catalogue", "METRICS, the tuple of the metrics of the area")
    COLLECTOR = ("collectors", "one subclass of AreaCollector")
    RULES = ("rules", "AREA, a RuleArea")
    SCENARIOS = ("rules.scenarios", "ALERTS and RECORDINGS, the test cases of the rules")
    BOARD = ("dashboards.boards", "BOARD, a Board")

    def __init__(self, package: str, defines: str) -> None:
        self.package = package
        self.defines = defines

    def module(self, area: str) -> str:
        """The name of the module that holds this part of the area."""
        return f"{self.package}.{area}"

    def path(self, area: str) -> str:
        """Where that module lies in the project."""
        return f"{self.module(area).replace('.', '/')}.py"


EVERY_PART = frozenset(Part)


def is_there(area: str, part: Part) -> bool:
    """Whether the area has a module for this part; the module is not imported."""
    return find_spec(part.module(area)) is not None


def module_of(area: str, part: Part) -> ModuleType:
    """The module of this part of the area; raises MissingPart."""
    if not is_there(area, part):
        raise MissingPart(part.path(area), part.defines)
    return import_module(part.module(area))


def part_of(area: str, part: Part, name: str, kind: type[T]) -> T:
    """What the module of this part defines under `name`; raises MissingPart and WrongPart."""
    value = getattr(module_of(area, part), name, None)
    if not isinstance(value, kind):
        raise WrongPart(part.path(area), part.defines)
    return value


def class_of(area: str, part: Part, base: type[T]) -> type[T]:
    """The one subclass of `base` that the module of this part defines; raises MissingPart and WrongPart."""
    module = module_of(area, part)
    own = [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, base) and value.__module__ == module.__name__
    ]
    if len(own) != 1:
        raise WrongPart(part.path(area), part.defines)
    return own[0]
