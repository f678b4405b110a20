"""The functions by the names PromQL gives them (powers by Go's)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledgerscope.promql.engine.functions.elementwise import ELEMENTWISE
from ledgerscope.promql.engine.operations.powers import power
from ledgerscope.promql.go_math.inverse_circular import atan2

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledgerscope.promql.go_math.arrays import Floats

#: Those that need more than the processor's own arithmetic.
ONE_ARGUMENT = {
    name: ELEMENTWISE[name]
    for name in (
        "acos", "acosh", "asin", "asinh", "atan", "atanh", "cos", "cosh", "exp", "ln", "log10", "log2",
        "sin", "sinh", "tan", "tanh",
    )
}  # fmt: skip
TWO_ARGUMENTS: dict[str, Callable[[Floats, Floats], Floats]] = {"pow": power, "atan2": atan2}
