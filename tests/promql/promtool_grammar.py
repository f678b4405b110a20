"""The expressions that are compared with promtool, as a grammar: rows of text with slots.

A slot such as `<vector>` is filled with a row of the table of that name; a row that stands twice is drawn
twice as often. Only what Prometheus 2.42 knows stands here. promtool itself has no single answer where
the order of series matters, for its series come out of a Go map:

- which of several equal values `topk` and `bottomk` keep is left to chance (they get distinct values here);
- the last digits of sums, averages and deviations differ from run to run (see `promtool_answers` for how
  functions that jump, such as `round`, are judged behind them).

`histogram_fraction` is left out, as Prometheus 2 has it for native histograms only. Prometheus 2 also moves a
window fixed with `@` along with the steps of a subquery around it, which shows in `predict_linear`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ledgerscope.promql.engine.functions.dates import DATES

if TYPE_CHECKING:
    from random import Random

_SLOT = re.compile(r"<([a-z_]+)>")
#: Tables that end a derivation: what stands for a vector, range or scalar when nothing deeper may follow.
_LEAVES = {"vector": "selected", "range": "range_selected", "scalar": "literal"}

_FUNCTIONS = (
    *DATES, "abs", "ceil", "floor", "sgn", "round", "sqrt", "deg", "rad", "sort", "sort_desc",
    "absent", "histogram_count", "histogram_sum", "ln", "log2", "log10", "acos", "acosh", "asin", "asinh",
    "atan", "atanh", "tanh", "exp", "cos", "cosh", "sin", "sinh", "tan",
)  # fmt: skip
_RANGE_FUNCTIONS = (
    "rate", "rate", "increase", "increase", "delta", "irate", "idelta", "avg_over_time", "sum_over_time",
    "min_over_time", "max_over_time", "count_over_time", "last_over_time", "present_over_time",
    "stdvar_over_time", "stddev_over_time", "changes", "resets", "deriv", "absent_over_time",
)  # fmt: skip
_AGGREGATIONS = (
    "sum", "sum", "sum", "avg", "avg", "min", "min", "max", "max", "count", "count", "group", "stddev",
    "stdvar",
)  # fmt: skip

TABLES: dict[str, tuple[str, ...]] = {
    "vector": (
        *["<range_call>"] * 6,
        *["<aggregated>"] * 4,
        *["<combined>"] * 4,
        *["<mapped>"] * 3,
        *["<compared>"] * 2,
        "<relabelled>",
        "<classic>",
        "<special>",
        "<selected>",
    ),
    # -- selectors ---------------------------------------------------------------------------------
    "selected": ("<metric><moved>", "<metric>", "<metric>"),
    "metric": (
        "c_total", "c_total", "g", "g", "g", "f", "one", "d", "s", "h_bucket", "missing", "u",
        'c_total{job="a"}', 'c_total{i=~"0|1"}', 'g{i!="0"}', '{__name__=~"g|one"}', 'c_total{job!~"b.*"}',
        "o_bucket", 's{kind=~"nan|ninf"}', '{job="a",i=~".+"}', 'g{i=~""}', 'one{nope=""}', 'd{job!=""}',
    ),
    "moved": (
        " offset 1m", " offset 90s", " offset -1m", " offset -7m", " offset 10m", " @ 300", " @ 0",
        " @ -60", " @ 451.5", " @ start()", " @ end()", " @ end() offset 2m", " offset -1m @ 600",
    ),
    "range_selected": (
        "<ranged>[<window>]", "<ranged>[<window>]", "<ranged>[<window>]<moved>",
    ),
    "ranged": ("c_total", "c_total", "g", "g", "f", "s", 'c_total{job="a"}', "h_bucket", "missing"),
    "window": ("30s", "1m", "2m", "5m", "7m30s", "10m", "20m", "1s"),
    # -- functions of ranges -----------------------------------------------------------------------
    "range": (*["<range_selected>"] * 5, "<subquery>"),
    "subquery": (
        "(<vector>)[<spread>]", "(<vector>)[<spread>]<moved>", "(rate(<range_selected>))[<spread>]",
        "max_over_time((<vector>)[<spread>])[<spread>]", "(vector(<scalar>))[<spread>]",
    ),
    "spread": ("2m:", "5m:", "6m:", "5m:30s", "4m:1m", "3m:45s", "10m:2m", "1m:7s"),
    "range_call": (
        *[f"{name}(<range>)" for name in _RANGE_FUNCTIONS],
        "quantile_over_time(<quantile>, <range>)",
        "quantile_over_time(<quantile>, <range>)",
        "predict_linear(<ranged>[<window>], <seconds>)",
        "predict_linear(<ranged>[<window>] offset 1m, <seconds>)",
        "double_exponential_smoothing(<range>, 0.5, 0.1)",
        "double_exponential_smoothing(<range>, <factor>, <factor>)",
    ),
    "seconds": ("60", "3600", "-120", "0", "NaN", "Inf", "time()"),
    "factor": ("0.5", "0.25", "0.9", "0.9", "0.1", "0", "1", "NaN"),
    # -- functions of vectors ----------------------------------------------------------------------
    "mapped": (
        *[f"{name}(<vector>)" for name in _FUNCTIONS],
        "timestamp(<stamped>)",
        "timestamp(<stamped>)",
        "clamp(<vector>, <scalar>, <scalar>)",
        "clamp(<vector>, -1, <scalar>)",
        "clamp_min(<vector>, <scalar>)",
        "clamp_max(<vector>, <scalar>)",
        "round(<vector>, <nearest>)",
        "-(<vector>)",
        "-<metric>",
        *[f"{name}(d)" for name in ("day_of_month", "day_of_week", "day_of_year", "days_in_month")],
        *[f"{name}(d * <literal>)" for name in ("hour", "minute", "month", "year")],
    ),
    "stamped": ("<metric>", "<metric> offset 1m", "<metric> offset -7m", "<metric> @ 300", "-(<vector>)",
                "<metric> @ 600 offset 2m", "<metric> @ end() offset -90s", "<metric> @ 450 offset 7m",
                "<vector> * 1", "timestamp(<metric>)"),
    "nearest": ("5", "0.5", "0.1", "0", "-2", "NaN", "Inf", "1e9", "3"),
    "relabelled": (
        'label_replace(<vector>, "x", "$1-y", "job", "(.*)")',
        'label_replace(<vector>, "job", "", "i", "0")',
        'label_replace(<vector>, "x", "${1}z$2", "i", "(.)(.*)")',
        'label_replace(<vector>, "x", "${n}$$1$0$9", "job", "(?P<n>a|b)")',
        'label_replace(<vector>, "__name__", "n_$1", "job", "(a)")',
        'label_replace(<vector>, "i", "same", "i", ".*")',
        'label_replace(<vector>, "x", "v", "nope", "")',
        'label_replace(<vector>, "x", "$1x", "job", "a|(b)")',
        'label_join(<vector>, "x", "/", "job", "i", "nope")',
        'label_join(<vector>, "job", "", "i")',
        'label_join(<vector>, "i", "-")',
        'label_join(<vector>, "__name__", "_", "__name__", "job")',
    ),
    "classic": (
        "histogram_quantile(<quantile>, rate(h_bucket[5m]))",
        "histogram_quantile(<quantile>, sum by (le) (increase(h_bucket[2m])))",
        "histogram_quantile(<quantile>, sum by (job, le) (rate(h_bucket[5m])))",
        "histogram_quantile(<quantile>, h_bucket)",
        "histogram_quantile(<quantile>, o_bucket)",
        'histogram_quantile(<quantile>, {__name__=~"(h|o)_bucket"})',
        "histogram_quantile(<quantile>, rate(o_bucket[3m]))",
        "histogram_quantile(<quantile>, -o_bucket)",
        'histogram_quantile(<quantile>, o_bucket{le!="+Inf"})',
        "histogram_quantile(<scalar>, <vector>)",
    ),
    "quantile": ("0.5", "0.9", "0.99", "0.1", "0", "1", "-1", "2", "NaN", "Inf", "-Inf", "0.3333",
                 "<scalar>"),
    "special": (
        "vector(<scalar>)",
        "vector(pi())",
        "scalar(<vector>) + one",
        "absent(<metric>)",
        'absent(missing{job="a", i=~"1"})',
        'absent(missing{job="a", job="b", i="1"})',
        'absent(missing{job="a", job!="b"} offset 1m)',
        'absent_over_time({__name__="missing",job="a"}[5m])',
        'absent(sum(missing{job="a"}))',
        "time() - timestamp(g)",
        "timestamp(timestamp(c_total))",
        "minute()", "hour()", "day_of_week()", "day_of_year()", "month()", "year()", "days_in_month()",
    ),
    # -- scalars -----------------------------------------------------------------------------------
    "scalar": (*["<literal>"] * 4, "scalar(<vector>)", "(<scalar> <arithmetic> <literal>)",
               "(<literal> <comparison> bool <scalar>)", "-<literal>"),
    "literal": ("0", "1", "2", "0.5", "-3", "10", "0.25", "NaN", "Inf", "-Inf", "time()", "scalar(one)",
                "pi()", "1e3", "0x10", "1e-300"),
    # -- aggregations ------------------------------------------------------------------------------
    "aggregated": (
        *[f"{name}<by>(<vector>)" for name in _AGGREGATIONS],
        "sum(<vector>)<by>",
        "quantile<by>(<quantile>, <vector>)",
        "quantile<by>(<quantile>, <vector>)",
        "topk<by>(<k>, <distinct>)",
        "bottomk<by>(<k>, <distinct>)",
        'count_values<by>("v", <counted>)',
        'count_values<by>("job", <counted>)',
        'count_values<by>("v", <vector>)',
    ),
    "by": (
        "", "", " by (job) ", " by (job, i) ", " without (i) ", " by (le) ", " by () ", " without (job, i) ",
        " without () ", " by (nope, job) ", " by (__name__) ", " without (__name__, i) ",
    ),
    "k": ("1", "2", "3", "2.9", "0", "-1", "1e6", "0.99", "scalar(one) + 1"),
    "distinct": ("f", "f * 3", "f offset 1m", "max_over_time(f[2m])", "f - 2", 'd{i="0"} or f'),
    "counted": ("c_total", "g", "s", "h_bucket", "increase(c_total[2m])", "g > 1", "-one", "d", "g / 3",
                "g * 1e20", "s + 1e-7"),
    # -- operators ---------------------------------------------------------------------------------
    "combined": (
        "(<vector>) <arithmetic> <scalar>",
        "(<vector>) <arithmetic> <scalar>",
        "<scalar> <arithmetic> (<vector>)",
        "(<vector>) <set><set_matching>(<vector>)",
        "(<vector>) <set><set_matching>(<vector>)",
        "(<vector>) <set><set_matching>(<vector>)",
        "(<vector>) <arithmetic> (<vector>)",
        "(<vector>) <arithmetic><matching>(<vector>)",
        "(<vector>) <arithmetic><matching>(<vector>)",
        "(<vector>) ^ <whole>",
        "<literal> ^ <metric>",
        "(<vector>) ^<matching>(<vector>)",
        "(<vector>) atan2<matching>(<vector>)",
        "(<vector>) atan2 <scalar>",
        "<scalar> atan2 (<vector>)",
        "<metric> <arithmetic><matching><metric>",
        "<metric> <arithmetic> on (job) group_left (team) one",
        "one <arithmetic> on (job) group_right (team) <metric>",
        "<metric> <arithmetic> <metric> <arithmetic> <literal> <arithmetic> <metric>",
        "<metric> <set> <metric> <set> <metric>",
    ),
    "arithmetic": ("+", "+", "-", "-", "*", "*", "/", "/", "%"),
    "whole": ("2", "3", "-1", "0", "-2", "0.5", "NaN", "Inf", "-Inf"),
    "set": ("and", "or", "unless"),
    "set_matching": (" ", " on (job) ", " ignoring (i) ", " on (i) ", " on () ", " ignoring (le, kind) ",
                     " on (nope) "),
    "matching": (
        " on (job, i) ", " ignoring (i) ", " on (job) group_left () ", " on (job) group_left (team) ",
        " on (i) group_right () ", " on () ", " ignoring (le, i) group_right () ", " ignoring (le) ",
        " on (job) group_right (i) ", " ignoring (team) group_left (team) ", " on (job) group_left (i, le) ",
        " on (job, i, le) ", " ignoring () ", " on () group_left ", " on (nope) group_right (job) ",
    ),
    "comparison": ("==", "!=", ">", "<", ">=", "<="),
    "compared": (
        "(<vector>) <comparison> <scalar>",
        "(<vector>) <comparison> bool <scalar>",
        "<scalar> <comparison> (<vector>)",
        "<scalar> <comparison> bool (<vector>)",
        "(<vector>) <comparison><matching>(<vector>)",
        "(<vector>) <comparison> bool<matching>(<vector>)",
        "(<vector>) <comparison> bool (<vector>)",
        "<metric> <comparison><matching><metric>",
        "<metric> <comparison> bool <metric>",
    ),
}  # fmt: skip


def expression(random: Random, depth: int = 3, table: str = "vector") -> str:
    """An expression that Prometheus 2.42 can read; `depth` bounds how deep vectors stand in vectors."""
    if depth <= 0:
        table = _LEAVES.get(table, table)
    row = random.choice(TABLES[table])
    deeper = depth - (table in _LEAVES)
    return _SLOT.sub(lambda slot: expression(random, deeper, slot[1]) if slot[1] in TABLES else slot[0], row)
