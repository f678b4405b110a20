"""The functions of the language: what they take, what they give.

The engine keeps the implementations in a table with exactly these keys; the parser's type checks
read this one. Source: the function table of Prometheus 3.14.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledgerscope.promql.records import dataclass
from ledgerscope.promql.syntax.valuetypes import ValueType

if TYPE_CHECKING:
    from collections.abc import Iterator

SCALAR, VECTOR, MATRIX, STRING = ValueType.SCALAR, ValueType.VECTOR, ValueType.MATRIX, ValueType.STRING

UNLIMITED = -1


@dataclass(frozen=True, slots=True)
class Signature:
    """One function.

    `variadic` 0 means exactly `args`; n > 0 that the last of `args` may be left out or given up to n
    times; `UNLIMITED` that it may be left out or repeated freely. `renamed` is the name since Prometheus 3:
    the one here is known in Prometheus 2 only. `since` is the version that brought it, where 2.42 lacks it.
    """

    name: str
    args: tuple[ValueType, ...]
    returns: ValueType = VECTOR
    variadic: int = 0
    experimental: bool = False
    renamed: str = ""
    since: str = ""

    @property
    def min_args(self) -> int:
        return len(self.args) - (1 if self.variadic else 0)

    @property
    def max_args(self) -> int | None:
        """None where there is no limit."""
        return None if self.variadic == UNLIMITED else self.min_args + self.variadic

    def arg_type(self, index: int) -> ValueType:
        """The type asked for at `index`; repeats of a variadic argument have the type of the last."""
        return self.args[min(index, len(self.args) - 1)]


def _each(
    names: str,
    *args: ValueType,
    returns: ValueType = VECTOR,
    variadic: int = 0,
    experimental: bool = False,
    since: str = "",
) -> Iterator[Signature]:
    """A signature for every function of one shape."""
    return (Signature(name, args, returns, variadic, experimental, since=since) for name in names.split())


_OF_VECTOR = """
    abs absent acos acosh asin asinh atan atanh ceil cos cosh deg exp floor histogram_count
    histogram_sum ln log10 log2 rad sgn sin sinh sort sort_desc sqrt tan
    tanh timestamp
"""
_OF_MATRIX = """
    absent_over_time avg_over_time changes count_over_time delta deriv idelta increase irate
    last_over_time max_over_time min_over_time present_over_time rate resets stddev_over_time
    stdvar_over_time sum_over_time
"""
_OF_TIME = "day_of_month day_of_week day_of_year days_in_month hour minute month year"

_TABLE = (
    *_each(_OF_VECTOR, VECTOR),
    *_each(_OF_MATRIX, MATRIX),
    *_each("histogram_avg", VECTOR, since="2.51"),
    *_each("histogram_stddev histogram_stdvar", VECTOR, since="2.47"),
    *_each("first_over_time", MATRIX, since="3.7"),
    *_each("mad_over_time", MATRIX, experimental=True, since="2.49"),
    *_each(
        "ts_of_last_over_time ts_of_max_over_time ts_of_min_over_time", MATRIX, experimental=True, since="3.5"
    ),
    *_each("ts_of_first_over_time", MATRIX, experimental=True, since="3.7"),
    *_each(_OF_TIME, VECTOR, variadic=1),
    *_each("pi time", returns=SCALAR),
    *_each("end range start step", returns=SCALAR, experimental=True, since="3"),
    *_each("max_of min_of", SCALAR, SCALAR, returns=SCALAR, experimental=True, since="3"),
    *_each("clamp", VECTOR, SCALAR, SCALAR),
    *_each("clamp_max clamp_min", VECTOR, SCALAR),
    *_each("double_exponential_smoothing", MATRIX, SCALAR, SCALAR, experimental=True, since="3.0"),
    *_each("histogram_fraction", SCALAR, SCALAR, VECTOR),
    *_each("histogram_quantile", SCALAR, VECTOR),
    *_each("histogram_quantiles", VECTOR, STRING, SCALAR, SCALAR, variadic=9, experimental=True, since="3"),
    *_each("info", VECTOR, VECTOR, variadic=1, experimental=True, since="3.0"),
    *_each("label_join", VECTOR, STRING, STRING, STRING, variadic=UNLIMITED),
    *_each("label_replace", VECTOR, STRING, STRING, STRING, STRING),
    *_each("predict_linear", MATRIX, SCALAR),
    *_each("quantile_over_time", SCALAR, MATRIX),
    *_each("round", VECTOR, SCALAR, variadic=1),
    *_each("scalar", VECTOR, returns=SCALAR),
    *_each(
        "sort_by_label sort_by_label_desc",
        VECTOR,
        STRING,
        variadic=UNLIMITED,
        experimental=True,
        since="2.49",
    ),
    *_each("start_timestamp", VECTOR, experimental=True, since="3.14"),
    *_each("vector", SCALAR),
    Signature("holt_winters", (MATRIX, SCALAR, SCALAR), renamed="double_exponential_smoothing"),
)

SIGNATURES: dict[str, Signature] = {signature.name: signature for signature in _TABLE}
"""Every function by its name."""
