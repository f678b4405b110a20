"""Whether what a caller hands over has the types that the methods say: refused as a value, not deep inside.

Annotations are read as they are written. A name that is not plain stands for the class of that name.
"""

from __future__ import annotations

import re
from ast import literal_eval
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache, wraps
from inspect import Parameter, isfunction, signature
from typing import Any, Final, TypeVar

from ledgerscope.customers.decision import Fault, Refused

__all__ = ["fault_of_types", "typed"]

Owner = TypeVar("Owner")
Test = Callable[[Any], bool]

_ANY: Final = frozenset({"Any", "BinaryIO", "Delivery", "object"})
"""Also what is told by its methods and not by its class."""
_ID: Final = "Id"
_PLAIN: Final[dict[str, Test]] = {
    "None": lambda value: value is None,
    "str": lambda value: isinstance(value, str),
    _ID: lambda value: isinstance(value, str),
    "int": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "float": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    "bool": lambda value: isinstance(value, bool),
    "bytes": lambda value: isinstance(value, bytes),
    "Decimal": lambda value: isinstance(value, Decimal),
    "date": lambda value: isinstance(value, date) and not isinstance(value, datetime),
    "datetime": lambda value: isinstance(value, datetime),
    "Mapping": lambda value: isinstance(value, Mapping),
    "dict": lambda value: isinstance(value, dict),
    "Callable": callable,
    "Iterable": lambda value: isinstance(value, Iterable) and not isinstance(value, (str, bytes)),
}
_OF_MANY: Final[dict[str, Any]] = {
    "tuple": Sequence,
    "list": Sequence,
    "Sequence": Sequence,
    "Collection": Collection,
    "frozenset": Collection,
}
"""What is made of equal parts; a text is made of parts as well, and is never meant."""
_UNION: Final = re.compile(r"\s*\|\s*(?![^\[]*\])")
_GENERIC: Final = re.compile(r"(?:\w+\.)*(\w+)(?:\[(.*)\])?")


def typed(owner: type[Owner]) -> type[Owner]:
    """A class of operations whose public methods refuse arguments of another type than they say."""
    for name, method in list(vars(owner).items()):
        if isfunction(method) and not name.startswith("_"):
            setattr(owner, name, _checked(method))
    return owner


def fault_of_types(field: str, value: Any, annotation: str) -> Refused | None:
    """What is wrong with the first value, at any depth of requests, that is not of its type."""
    if not _test(annotation)(value):
        wanted = annotation.replace(_ID, "str")
        return Refused(f"{field}: {wanted}, not {type(value).__name__}", Fault.INVALID, field)
    if isinstance(value, (tuple, list)):
        parts = [each for each in value if is_dataclass(each)]
    else:
        parts = [value] if is_dataclass(value) and not isinstance(value, type) else []
    for part in parts:
        kind: Any = type(part)
        for name, of_part in _fields(kind):
            if (fault := fault_of_types(name, getattr(part, name), of_part)) is not None:
                return fault
    return None


def _checked(method: Callable[..., Any]) -> Callable[..., Any]:
    parameters = list(signature(method).parameters.values())[1:]
    places = [
        (each.name, str(each.annotation)) for each in parameters if each.kind is not Parameter.KEYWORD_ONLY
    ]
    named = {each.name: str(each.annotation) for each in parameters}

    @wraps(method)
    def checked(self: Any, /, *given: Any, **more: Any) -> Any:
        for (name, annotation), value in zip(places, given, strict=False):
            if (fault := fault_of_types(name, value, annotation)) is not None:
                return fault
        for name, value in more.items():
            if name in named and (fault := fault_of_types(name, value, named[name])) is not None:
                return fault
        return method(self, *given, **more)

    return checked


@cache
def _fields(kind: type) -> tuple[tuple[str, str], ...]:
    return tuple((each.name, str(each.type)) for each in fields(kind) if isinstance(each.type, str))


@cache
def _test(annotation: str) -> Test:
    tests = tuple(map(_test_of_one, _UNION.split(annotation)))
    return lambda value: any(test(value) for test in tests)


def _test_of_one(written: str) -> Test:
    found = _GENERIC.fullmatch(written.strip())
    name, inner = (found[1], found[2]) if found else ("Any", None)
    if name == "Literal":
        words = literal_eval(f"({inner},)")
        return lambda value: isinstance(value, str) and value in words
    if name in _ANY:
        return lambda _: True
    if name in _PLAIN:
        return _PLAIN[name]
    if name in _OF_MANY:
        kind, test = _OF_MANY[name], _test((inner or "Any").removesuffix(", ..."))
        return lambda value: (
            isinstance(value, kind)
            and not isinstance(value, (str, bytes))
            and all(test(each) for each in value)
        )
    return lambda value: any(base.__name__ == name for base in type(value).__mro__)
