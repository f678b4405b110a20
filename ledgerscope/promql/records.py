"""`dataclass` for frozen classes with slots, which are made four times as fast as by the standard library.

A session that reads its first rule-test file makes 160 of them, and each pays for compiling eight methods
(until Python 3.13). Here only `__init__` is compiled; the other methods are shared. The classes are
dataclasses all the same: `fields`, `replace`, `match`, pickling, equality and hashing work as ever.
"""

from __future__ import annotations

import dataclasses
from operator import attrgetter
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from dataclasses import dataclass as dataclass  # noqa: PLC0414 - exported; type checkers know this one
else:

    def dataclass(*, frozen: bool, slots: bool) -> Callable[[type], type]:
        """The same as `dataclasses.dataclass(frozen=True, slots=True)`."""
        if not (frozen and slots):
            raise TypeError("for frozen classes with slots only; dataclasses has the others")
        return _made


def _made(cls: type) -> type:
    made: Any = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True)(cls)
    fields = dataclasses.fields(made)
    if not all(each.init and each.hash is None for each in fields):
        raise TypeError(f"{cls.__name__} has a field that only dataclasses.dataclass knows")
    values = _values(tuple(each.name for each in fields if each.compare))
    methods = {
        "__init__": _initializer(made, fields),
        "__repr__": recursive_repr()(_repr),
        "__eq__": _equality(values),
        "__hash__": lambda self: hash(values(self)),
    }
    for name, method in methods.items():
        if cls.__dict__.get(name) is None:  # Python writes None for the hash of a class with an equality
            setattr(made, name, method)
    made.__setattr__ = _refuse_setting
    made.__delattr__ = _refuse_deleting
    made.__getstate__ = _get_state
    made.__setstate__ = _set_state
    return made  # type: ignore[no-any-return]  # the class that came in, with slots


def _values(names: tuple[str, ...]) -> Callable[[object], tuple[Any, ...]]:
    """Reads all fields of an object."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda each: tuple(getattr(each, name) for name in names)


def _initializer(cls: Any, fields: tuple[dataclasses.Field[Any], ...]) -> Any:
    """`__init__`, from its text as in the standard library: nothing else is as fast to call."""
    scope: dict[str, Any] = {"_set": object.__setattr__, "_missing": dataclasses.MISSING}
    arguments, lines = [], []
    for each in fields:
        name, value = each.name, each.name
        if each.default is not dataclasses.MISSING:
            scope[f"_default_{name}"] = each.default
            arguments.append(f"{name}=_default_{name}")
        elif each.default_factory is not dataclasses.MISSING:
            scope[f"_factory_{name}"] = each.default_factory
            arguments.append(f"{name}=_missing")
            value = f"_factory_{name}() if {name} is _missing else {name}"
        else:
            arguments.append(name)
        lines.append(f" _set(self, {name!r}, {value})")
    if hasattr(cls, "__post_init__"):
        lines.append(" self.__post_init__()")
    exec(f"def __init__(self, {', '.join(arguments)}):\n" + ("\n".join(lines) or " pass"), scope)  # noqa: S102 - the names of the fields are its only input
    scope["__init__"].__qualname__ = f"{cls.__qualname__}.__init__"
    return scope["__init__"]


def _equality(values: Callable[[object], tuple[Any, ...]]) -> Any:
    def equal(self: object, other: object) -> bool:
        return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

    return equal


def _repr(self: Any) -> str:
    shown = (f"{each.name}={getattr(self, each.name)!r}" for each in dataclasses.fields(self) if each.repr)
    return f"{self.__class__.__qualname__}({', '.join(shown)})"


def _refuse_setting(_self: object, name: str, _value: object) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_deleting(_self: object, name: str) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def _get_state(self: Any) -> list[object]:
    return [getattr(self, each.name) for each in dataclasses.fields(self)]


def _set_state(self: Any, state: list[object]) -> None:
    for each, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, each.name, value)
