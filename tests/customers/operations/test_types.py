"""Every public method of the operations refuses what is of another type than it says, before the database."""

from __future__ import annotations

import inspect
from dataclasses import MISSING, dataclass, fields, is_dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

import pytest

import ledgerscope.customers
from ledgerscope.customers import Fault, Refused
from ledgerscope.customers.operations import Caller, Operations
from ledgerscope.customers.operations.types import fault_of_types, typed
from ledgerscope.customers.statements import Period
from ledgerscope.store.engine import create_engine

NOWHERE = Operations(
    create_engine("postgresql://nobody@127.0.0.1:1/none"), Caller(tenant_id="acme", actor="a")
)
"""Operations that cannot reach a database: what is refused was refused without one."""
PLAUSIBLE: dict[str, Any] = {
    "Id": "0" * 32, "str": "x", "int": 1, "float": 1.0, "bool": True, "None": None, "bytes": b"x",
    "date": date(2026, 3, 1), "datetime": datetime(2026, 3, 1, tzinfo=UTC), "Decimal": Decimal(1),
    "Path": Path("x"), "Mapping": {}, "dict": {}, "tuple": (), "Sequence": (), "Iterable": (),
    "Collection": (), "list": [], "frozenset": frozenset(), "Callable": print,
    "Period": Period(date(2026, 3, 1), date(2026, 3, 31)),
}  # fmt: skip
WRONG = ("x", 5, True, 1.5, b"x", None, [object()], {"a": 1}, date(2026, 3, 1), object())


def classes() -> set[type]:
    """Every class of the operations."""
    return {
        kind
        for module in walk_packages(ledgerscope.customers.__path__, "ledgerscope.customers.")
        for kind in vars(import_module(module.name)).values()
        if inspect.isclass(kind) and kind.__module__.startswith("ledgerscope.")
    }


NOT_ASKED = {"Claims"}
"""What the scheduler calls by itself."""
EVERY = classes()
CLASSES = {kind.__name__: kind for kind in sorted(EVERY, key=is_dataclass)}
EVERY_METHOD = [
    (owner, name)
    for owner in sorted(EVERY, key=lambda kind: kind.__name__)
    if owner.__module__.startswith("ledgerscope.customers.")
    and inspect.isfunction(vars(owner).get("__init__"))
    and list(inspect.signature(owner).parameters)[:1] == ["operations"]
    and not is_dataclass(owner)
    for name, method in vars(owner).items()
    if inspect.isfunction(method) and not name.startswith("_")
]
"""The public methods of the operations, with the class of each."""
METHODS = [
    (owner, name)
    for owner, name in EVERY_METHOD
    if owner.__name__ not in NOT_ASKED and len(inspect.signature(vars(owner)[name]).parameters) > 1
]
OWNERS = {owner for owner, _ in METHODS}


def plausible(annotation: str) -> Any:
    name = annotation.partition(" | ")[0].partition("[")[0]
    if name in PLAUSIBLE:
        return PLAUSIBLE[name]
    kind = CLASSES.get(name)
    if kind is None or not is_dataclass(kind):
        return None
    needed = {
        each.name: plausible(str(each.type))
        for each in fields(kind)
        if each.default is MISSING and each.default_factory is MISSING
    }
    return kind(**needed)


def wrong_for(annotation: str) -> list[Any]:
    return [value for value in WRONG if fault_of_types("field", value, annotation) is not None]


@pytest.mark.parametrize(("owner", "name"), METHODS, ids=lambda part: getattr(part, "__name__", part))
def test_an_argument_of_another_type_is_refused(owner: type, name: str) -> None:
    others = list(inspect.signature(owner).parameters.values())[1:]
    needed = [None for each in others if each.default is inspect.Parameter.empty]
    method = getattr(owner(NOWHERE, *needed), name)
    parameters = {each.name: str(each.annotation) for each in inspect.signature(method).parameters.values()}
    given = {each: plausible(annotation) for each, annotation in parameters.items()}
    for each, annotation in parameters.items():
        tried = [(each, {**given, each: value}) for value in wrong_for(annotation)]
        if is_dataclass(given[each]):
            tried += [
                (field.name, {**given, each: replace(given[each], **{field.name: value})})
                for field in fields(given[each])
                for value in wrong_for(str(field.type))
            ]
        for field, arguments in tried:
            said = method(**arguments)
            assert isinstance(said, Refused), (field, arguments)
            assert (said.fault, said.field) == (Fault.INVALID, field)
            assert said.reason.startswith(f"{field}: ")


def test_every_class_of_operations_is_checked() -> None:
    assert len(OWNERS) >= 17
    unchecked = [
        f"{owner.__name__}.{name}" for owner, name in METHODS if not hasattr(vars(owner)[name], "__wrapped__")
    ]
    assert unchecked == []


@dataclass(frozen=True)
class Part:
    amount: int


@dataclass(frozen=True)
class Wish:
    parts: tuple[Part, ...] = ()
    at: datetime | None = None
    names: frozenset[str] = frozenset()


@typed
class Wishes:
    def make(self, wish: Wish, day: date = date(2026, 3, 1), *, twice: bool = False) -> str:
        return f"{wish} {day} {twice}"


@pytest.mark.parametrize(
    ("given", "named", "reason"),
    [
        ((5,), {}, "wish: Wish, not int"),
        ((Wish(parts=(5,)),), {}, "parts: tuple[Part, ...], not tuple"),  # type: ignore[arg-type] # on purpose
        ((Wish(parts=(Part("5"),)),), {}, "amount: int, not str"),  # type: ignore[arg-type] # on purpose
        ((Wish(names="ab"),), {}, "names: frozenset[str], not str"),  # type: ignore[arg-type] # on purpose
        ((Wish(at=date(2026, 3, 1)),), {}, "at: datetime | None, not date"),  # type: ignore[arg-type] # on purpose
        ((Wish(), datetime(2026, 3, 1, tzinfo=UTC)), {}, "day: date, not datetime"),
        ((Wish(),), {"twice": 1}, "twice: bool, not int"),
    ],
)
def test_the_field_and_its_type_are_named(given: tuple[Any, ...], named: dict[str, Any], reason: str) -> None:
    said: Any = Wishes().make(*given, **named)
    assert (said.reason, said.fault) == (reason, Fault.INVALID)


def test_what_is_right_passes() -> None:
    wish = Wish((Part(1),), datetime(2026, 3, 1, tzinfo=UTC), frozenset({"a"}))
    assert Wishes().make(wish, date(2026, 3, 2), twice=True).endswith("2026-03-02 True")
