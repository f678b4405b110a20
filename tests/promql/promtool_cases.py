"""Generates PromQL expressions over generated series, and asks promtool for all their results at once.

A case is one expression at one instant. Cases of a group share their series; a comment at the end of each
expression carries its number, by which promtool's answer finds back to it.
"""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random

STEP_MS = 30_000
SAMPLES = 41
BOUNDS = ("0.1", "0.5", "1", "2.5", "+Inf")

#: Results that depend on the order of the series (random in promtool) or on the C library: compared closely,
#: not bit by bit.
CLOSE_ONLY = re.compile(
    r"\b(sum|avg|stddev|stdvar|exp|ln|log2|log10|sqrt|sin|cos|tan|asin|acos|atan|sinh|cosh|tanh|atan2"
    r"|stddev_over_time|deg|rad)\b|\^"
)
#: Which of several equal values these keep is left to chance in promtool.
TIES = re.compile(r"\b(topk|bottomk)\b")


@dataclass(frozen=True, slots=True)
class Series:
    """A series as promtool reads it; None is a missing sample, "stale" the end of the series."""

    labels: dict[str, str]
    values: list[float | str | None]

    @property
    def notation(self) -> str:
        """The values in promtool's notation."""
        return " ".join("_" if value is None else _number(value) for value in self.values)


def _number(value: float | str) -> str:
    return value if isinstance(value, str) else repr(value).removesuffix(".0")


@dataclass(frozen=True, slots=True)
class Case:
    """One expression at one instant."""

    number: int
    expression: str
    at_ms: int

    @property
    def marked(self) -> str:
        """The expression with its number, in the words of Prometheus 2."""
        return f"{self.expression.replace('double_exponential_smoothing', 'holt_winters')} # {self.number}"


@dataclass(slots=True)
class Group:
    """Cases that share their series."""

    series: list[Series]
    cases: list[Case] = field(default_factory=list)


Answer = dict[str, list[float]] | str
"""Values by label text (sorted, several under one text if labels repeat), or the error."""


class Generator:
    """Draws groups of series and expressions; the same seed draws the same."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._number = 0

    def group(self, size: int) -> Group:
        """A group with so many cases."""
        group = Group(self._series())
        for _ in range(size):
            self._number += 1
            at_ms = self._random.randrange(0, SAMPLES * STEP_MS // 5_000) * 5_000
            group.cases.append(Case(self._number, self._vector(3), at_ms))
        return group

    # -- series --------------------------------------------------------------------------------

    def _series(self) -> list[Series]:
        series = [
            Series({"__name__": "c_total", "job": job, "i": i}, self._counter())
            for job in ("a", "b")
            for i in ("0", "1", "2")
        ]
        series += [
            Series({"__name__": "g", "job": job, "i": i}, self._gauge())
            for job in ("a", "b")
            for i in ("0", "1")
        ]
        series += [
            Series({"__name__": "one", "job": job, "team": f"t{job}"}, [1.0] * SAMPLES) for job in "ab"
        ]
        series += [
            Series({"__name__": "f", "i": i}, [self._random.uniform(-5, 5) for _ in range(SAMPLES)])
            for i in "01"
        ]
        for job in "ab":
            series += self._histogram(job)
        return series

    def _counter(self) -> list[float | str | None]:
        values: list[float | str | None] = []
        total = float(self._random.randrange(100))
        for _ in range(SAMPLES):
            total = 0.0 if self._random.random() < 0.06 else total + self._random.randrange(8)
            values.append(self._gap(total))
        return values

    def _gauge(self) -> list[float | str | None]:
        special = self._random.choice([0.0, 0.0, 0.05])
        return [
            self._gap(
                self._random.choice(["NaN", "+Inf", "-Inf"])
                if self._random.random() < special
                else self._random.randrange(-40, 40) / 4
            )
            for _ in range(SAMPLES)
        ]

    def _gap(self, value: float | str) -> float | str | None:
        draw = self._random.random()
        return None if draw < 0.05 else "stale" if draw < 0.065 else value

    def _histogram(self, job: str) -> list[Series]:
        counts = [0.0] * len(BOUNDS)
        columns: list[list[float]] = []
        for _ in range(SAMPLES):
            for place in range(len(BOUNDS)):
                grown = self._random.randrange(3)
                for upper in range(place, len(BOUNDS)):
                    counts[upper] += grown
            columns.append(list(counts))
        return [
            Series({"__name__": "h_bucket", "job": job, "le": bound}, [column[place] for column in columns])
            for place, bound in enumerate(BOUNDS)
        ]

    # -- expressions --------------------------------------------------------------------------------

    def _pick(self, *choices: str) -> str:
        return self._random.choice(choices)

    def _selector(self) -> str:
        base = self._pick(
            "c_total", "g", "g", "f", "one", 'c_total{job="a"}', 'c_total{i=~"0|1"}', 'g{i!="0"}',
            '{__name__=~"g|one"}', "missing", 'c_total{job!~"b.*"}', "h_bucket",
        )  # fmt: skip
        return base + self._pick("", "", "", " offset 1m", " offset 90s", " @ 300", " offset -1m")

    def _range_selector(self) -> str:
        name = self._pick("c_total", "c_total", "g", "g", "f", 'c_total{job="a"}', "h_bucket", "missing")
        window = self._pick("30s", "1m", "2m", "5m", "7m30s", "10m")
        return f"{name}[{window}]" + self._pick("", "", "", " offset 1m", " @ 600", " offset -30s")

    def _subquery(self, depth: int) -> str:
        inner = self._vector(depth - 1) if self._random.random() < 0.5 else f"rate({self._range_selector()})"
        window = self._pick("2m", "5m", "6m:", "5m:30s", "4m:1m", "3m:45s")
        return f"({inner})[{window if ':' in window else window + ':'}]" + self._pick("", "", " offset 1m")

    def _range(self, depth: int) -> str:
        return self._subquery(depth) if depth > 1 and self._random.random() < 0.15 else self._range_selector()

    def _number_literal(self) -> str:
        return self._pick("0", "1", "2", "0.5", "-3", "10", "0.25", "NaN", "Inf", "time()", "scalar(one)")

    def _vector(self, depth: int) -> str:
        if depth <= 0:
            return self._selector()
        make = self._random.choice(
            [self._over_time] * 3
            + [self._aggregated, self._combined] * 2
            + [self._mapped, self._compared, self._relabelled, self._special, self._selected]
        )
        return make(depth)

    def _selected(self, depth: int) -> str:  # noqa: ARG002 - one of several makers
        return self._selector()

    def _over_time(self, depth: int) -> str:
        function = self._pick(
            *[
                "rate",
                "rate",
                "increase",
                "increase",
                "delta",
                "irate",
                "idelta",
                "avg_over_time",
                "sum_over_time",
                "min_over_time",
                "max_over_time",
                "count_over_time",
                "last_over_time",
                "present_over_time",
                "stdvar_over_time",
                "stddev_over_time",
                "changes",
                "resets",
                "deriv",
                "absent_over_time",
            ]
        )
        draw = self._random.random()
        if draw < 0.05:
            return f"quantile_over_time({self._pick('0.5', '0.9', '-1', '2')}, {self._range(depth)})"
        if draw < 0.10:
            # Prometheus 2 moves a window fixed with `@` along with the steps of a subquery around it.
            return (
                f"predict_linear({self._range_selector().split(' @')[0]}, {self._pick('60', '3600', '-120')})"
            )
        if draw < 0.13:
            return f"double_exponential_smoothing({self._range(depth)}, 0.5, {self._pick('0.1', '0.25')})"
        return f"{function}({self._range(depth)})"

    def _mapped(self, depth: int) -> str:
        inner = self._vector(depth - 1)
        function = self._pick(
            *[
                "abs",
                "ceil",
                "floor",
                "sgn",
                "round",
                "exp",
                "ln",
                "log2",
                "log10",
                "sqrt",
                "timestamp",
                "day_of_week",
                "hour",
                "minute",
                "month",
                "year",
                "days_in_month",
                "day_of_year",
                "sin",
                "tanh",
                "deg",
                "sort",
                "sort_desc",
                "absent",
            ]
        )
        draw = self._random.random()
        if draw < 0.06:
            return f"clamp({inner}, -1, {self._number_literal()})"
        if draw < 0.12:
            return f"{self._pick('clamp_min', 'clamp_max')}({inner}, {self._number_literal()})"
        if draw < 0.16:
            return f"round({inner}, {self._pick('5', '0.5', '0.1')})"
        if function in {"sin", "exp"}:  # whose result for large numbers hangs on an argument's last bit
            inner = f"clamp({inner}, -6, 6)"
        return f"{function}({inner})"

    def _aggregated(self, depth: int) -> str:
        operator = self._pick(
            "sum", "sum", "avg", "min", "max", "count", "group", "stddev", "stdvar"
        )  # fmt: skip
        by = self._pick(
            "", "by (job) ", "by (job, i) ", "without (i) ", "by (le) ", "by () ", "without (job, i) "
        )
        inner = self._vector(depth - 1)
        draw = self._random.random()
        # Equal values, and sums in random order, would let chance decide what these give.
        distinct = self._pick("f", "f * 3", "f offset 1m", "max_over_time(f[2m])")
        whole = self._pick("c_total", "g", "h_bucket", "increase(c_total[2m])", "g > 1", "-one")
        if draw < 0.08:
            return f"quantile {by}({self._pick('0.5', '0.9', '0', '1.5')}, {inner})"
        if draw < 0.16:
            return f"{self._pick('topk', 'bottomk')} {by}({self._pick('1', '2', '3')}, {distinct})"
        if draw < 0.22:
            return f'count_values {by}("v", {whole})'
        return f"{operator} {by}({inner})"

    def _matching(self) -> str:
        return self._pick(
            "", "", "on(job, i) ", "ignoring(i) ", "on(job) group_left() ", "on(job) group_left(team) ",
            "on(i) group_right() ", "on() ", "ignoring(le, i) group_right() ",
        )  # fmt: skip

    def _combined(self, depth: int) -> str:
        left, right = self._vector(depth - 1), self._vector(depth - 1)
        draw = self._random.random()
        if draw < 0.35:
            operator = self._pick("+", "-", "*", "/", "%", "^", "atan2")
            return f"({left}) {operator} {self._number_literal()}"
        if draw < 0.5:
            return f"{self._number_literal()} {self._pick('+', '-', '*', '/', '%')} ({left})"
        if draw < 0.75:
            sets = self._pick("", "on(job) ", "ignoring(i) ", "on(i) ")
            return f"({left}) {self._pick('and', 'or', 'unless')} {sets}({right})"
        if draw < 0.8:
            return f"-({left})"
        return f"({left}) {self._pick('+', '-', '*', '/')} {self._matching()}({right})"

    def _compared(self, depth: int) -> str:
        operator = self._pick("==", "!=", ">", "<", ">=", "<=") + self._pick("", "", " bool")
        left = self._vector(depth - 1)
        draw = self._random.random()
        if draw < 0.5:
            return f"({left}) {operator} {self._number_literal()}"
        if draw < 0.65:
            return f"{self._number_literal()} {operator} ({left})"
        return f"({left}) {operator} {self._matching()}({self._vector(depth - 1)})"

    def _relabelled(self, depth: int) -> str:
        inner = self._vector(depth - 1)
        return self._pick(
            f'label_replace({inner}, "x", "$1-y", "job", "(.*)")',
            f'label_replace({inner}, "job", "", "i", "0")',
            f'label_replace({inner}, "x", "${{1}}z$2", "i", "(.)(.*)")',
            f'label_join({inner}, "x", "/", "job", "i", "nope")',
        )

    def _special(self, depth: int) -> str:
        q = self._pick("0.5", "0.9", "0.99", "0", "1", "-1", "2", "NaN")
        return self._pick(
            f"histogram_quantile({q}, rate(h_bucket[5m]))",
            f"histogram_quantile({q}, sum by (le) (increase(h_bucket[2m])))",
            f"histogram_quantile({q}, h_bucket)",
            f"vector({self._number_literal()})",
            f"scalar({self._vector(depth - 1)}) + one",
            f"absent({self._vector(depth - 1)})",
            'absent(missing{job="a", i=~"1"})',
            "time() - timestamp(g)",
            "minute()",
        )


# -- promtool --------------------------------------------------------------------------------


def write_tests(groups: list[Group], path: Path) -> None:
    """A promtool test file that expects nothing of any case, so that promtool reports what it got."""
    tests = [
        {
            "interval": f"{STEP_MS // 1000}s",
            "input_series": [
                {"series": series_text(series.labels), "values": series.notation} for series in group.series
            ],
            "promql_expr_test": [
                {"expr": case.marked, "eval_time": f"{case.at_ms // 1000}s"} for case in group.cases
            ],
        }
        for group in groups
    ]
    path.write_text(
        yaml.safe_dump({"rule_files": [], "evaluation_interval": "1m", "tests": tests}, width=10_000)
    )


def series_text(labels: dict[str, str]) -> str:
    """A series in text form."""
    rest = ",".join(f'{name}="{value}"' for name, value in labels.items() if name != "__name__")
    return f"{labels['__name__']}{{{rest}}}"


_CASE = re.compile(
    r'^\s*expr: "(?P<expr>.*) # (?P<number>\d+)", time: (?P<time>\S+?),(?: err: (?P<error>.*))?$'
)
_SAMPLE = re.compile(r"(\{[^}]*\}) (NaN|[+-]?Inf|-?[0-9.]+E[+-][0-9]+)(?:, |$)")


def ask_promtool(path: Path) -> dict[int, Answer]:
    """What promtool got for each case; a case it does not mention has no result."""
    done = subprocess.run(
        ["promtool", "test", "rules", str(path)], capture_output=True, text=True, check=False
    )
    answers: dict[int, Answer] = {}
    number = -1
    for line in (done.stdout + done.stderr).splitlines():
        if match := _CASE.match(line):
            number = int(match["number"])
            if match["error"] is not None:
                answers[number] = match["error"]
        elif line.strip().startswith("got:") and number >= 0:
            answers[number] = _samples(line.split("got:", 1)[1])
    return answers


def _samples(text: str) -> Answer:
    found: dict[str, list[float]] = {}
    for labels, value in _SAMPLE.findall(text):
        found.setdefault(labels, []).append(float(value))
    return found
