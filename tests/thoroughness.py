"""How often the costly tests try: a little before each change, and thoroughly where a change is judged."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final, TypeVar

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["sample", "thorough_only", "tries"]

T = TypeVar("T")

_VARIABLE: Final = "LEDGERSCOPE_THOROUGH"


def thorough_only() -> pytest.MarkDecorator:
    """Skips what is costly and what few changes touch, unless LEDGERSCOPE_THOROUGH is set."""
    return pytest.mark.skipif(not os.environ.get(_VARIABLE), reason=f"{_VARIABLE}=1 runs it")


def tries(few: int, *, thorough: int) -> int:
    """`few`, or as many as are wanted where LEDGERSCOPE_THOROUGH is set, as `.ci/run` does."""
    return thorough if os.environ.get(_VARIABLE) else few


def sample(cases: Iterable[T], few: int) -> list[T]:
    """`few` of the cases, spread evenly over them; all where LEDGERSCOPE_THOROUGH is set."""
    every = list(cases)
    wanted = tries(few, thorough=len(every))
    return [every[number * len(every) // wanted] for number in range(min(wanted, len(every)))]
