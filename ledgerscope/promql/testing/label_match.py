"""Conditions on labels in Python: a text, a pattern (`re.compile`), or ANY for "there, whatever it is"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping


class _Any:
    """Stands for any value that is there."""

    def __repr__(self) -> str:
        return "ANY"


ANY: Final = _Any()

LabelCondition: TypeAlias = "str | re.Pattern[str] | _Any"


def check_conditions(conditions: Mapping[str, object]) -> None:
    """Raise TypeError for what no label can ever meet, such as a number."""
    for name, condition in conditions.items():
        if not isinstance(condition, str | re.Pattern | _Any):
            raise TypeError(
                f"{name}={condition!r}: a label is compared with text, a compiled pattern or ANY; "
                f"write {name}={str(condition)!r}"
            )


def meets(labels: Mapping[str, str], conditions: Mapping[str, LabelCondition]) -> bool:
    """Whether labels meet every condition; labels nobody asks about do not matter."""
    return all(_meets(labels.get(name, ""), condition) for name, condition in conditions.items())


def _meets(value: str, condition: LabelCondition) -> bool:
    if isinstance(condition, re.Pattern):
        return condition.fullmatch(value) is not None
    if isinstance(condition, _Any):
        return value != ""
    return value == condition


def described(conditions: Mapping[str, LabelCondition]) -> str:
    """The conditions as a selector shows them."""
    return "{" + ", ".join(_described(name, each) for name, each in conditions.items()) + "}"


def _described(name: str, condition: LabelCondition) -> str:
    if isinstance(condition, re.Pattern):
        return f'{name}=~"{condition.pattern}"'
    return f'{name}=~".+"' if isinstance(condition, _Any) else f'{name}="{condition}"'
