"""`eq`, `ne`, `lt`, `le`, `gt`, `ge`: Go compares only values of one basic kind."""

from __future__ import annotations

from ledgerscope.promql.template.errors import FunctionError
from ledgerscope.promql.template.values import AlertData, GoDuration, SafeHTML, default_format, type_name
from ledgerscope.promql.template.verbs import Spec, format_value

_KINDS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (bool, "bool"),
    ((int, GoDuration), "int"),
    (float, "float"),
    (complex, "complex"),
    ((str, SafeHTML), "string"),
)
_BAD_TYPE = "invalid type for comparison"
_BAD_PAIR = "incompatible types for comparison"


def _kind_or_none(value: object) -> str | None:
    return next((name for types, name in _KINDS if isinstance(value, types)), None)


def _kind(value: object) -> str:
    kind = _kind_or_none(value)
    if kind is None:
        raise FunctionError(_BAD_TYPE)
    return kind


def equal(first: object, *others: object) -> bool:
    """Whether the first is equal to any of the others."""
    if not others:
        raise FunctionError("missing argument for comparison")
    return any(_equal_pair(first, other) for other in others)


def _equal_pair(first: object, other: object) -> bool:
    if first is None or other is None:
        return first is other
    kind = _kind_or_none(first)
    if kind != _kind_or_none(other):
        raise FunctionError(_BAD_PAIR)
    if kind is not None:
        return first == other
    if _shape(first) != _shape(other):
        ours, theirs = (
            f"{_as_text(first)}: {type_name(first)}",
            f"{type_name(other)}: {default_format(other)}",
        )
        raise FunctionError(f"non-comparable types {ours}, {theirs}")
    if isinstance(other, (dict, list, AlertData)):
        raise FunctionError(f"non-comparable type {_as_text(other)}: {type_name(other)}")
    return first is other  # pointers are equal where they point to one thing


def _as_text(value: object) -> str:
    """The value under `%s`, which is what Go has in the first place of these errors."""
    return format_value(Spec("s"), value)


def _shape(value: object) -> str:
    """What Go calls the kind of a value that is not basic."""
    return next((shape for types, shape in _SHAPES if isinstance(value, types)), "ptr")


_SHAPES: tuple[tuple[type, str], ...] = ((dict, "map"), (list, "slice"), (AlertData, "struct"))


def unequal(first: object, other: object) -> bool:
    """Whether the two differ."""
    return not equal(first, other)


def less(first: object, other: object) -> bool:
    """Whether the first is the smaller."""
    kind, second = _kind(first), _kind(other)
    if kind != second:
        raise FunctionError(_BAD_PAIR)
    if kind in ("bool", "complex"):
        raise FunctionError(_BAD_TYPE)
    return bool(first < other)  # type: ignore[operator]  # both are of one ordered kind


def at_most(first: object, other: object) -> bool:
    """Whether the first is not the larger."""
    return less(first, other) or equal(first, other)


def greater(first: object, other: object) -> bool:
    """The negation of `le`, so that NaN is greater than everything, as in Go's templates."""
    return not at_most(first, other)


def at_least(first: object, other: object) -> bool:
    """The negation of `lt`; true for NaN."""
    return not less(first, other)
