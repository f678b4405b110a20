"""Generated cases for promtool: groups of series, and expressions over them at some instants.

Series cover what data does in the wild: counters with resets, gauges with NaN, infinities and negative zero,
gaps longer than the lookback, stale markers, timestamps at the ends of the calendar, classic histograms both
well-formed and odd. A case is one expression at one instant; the cases of a group share their series.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.promql.differential.edges import edge
from tests.promql.promtool_grammar import expression

if TYPE_CHECKING:
    from random import Random

#: How many expressions stand at the edge of a grammar.
_SHARE_OF_EDGES = 0.08
SAMPLES = 41
INTERVALS_S = (30, 30, 30, 15, 37, 60)
BOUNDS = ("0.1", "0.5", "1", "2.5", "+Inf")
#: Bounds that need care: none at infinity, spelled twice, below zero, unreadable.
ODD_BOUNDS = (
    ("0.1", "1", "2.5"),
    ("1", "1.0", "+Inf"),
    ("-1", "0", "5", "Inf"),
    ("x", "1", "+Inf"),
    ("+Inf",),
    ("0.5", "1e1", "100", "+Inf"),
)
#: Seconds at the ends of the calendar and around its leaps.
DATES = (
    0, -1, 86_399, 951_782_400, 951_868_799, 4_107_542_399, 1_709_164_800.5, -62_135_596_801, 2**31,
    253_402_300_800, 1e18, -1e18, 9.3e18, 1_672_531_199, 1_704_067_199,
)  # fmt: skip
SPECIAL = {"nan": "NaN", "pinf": "+Inf", "ninf": "-Inf", "zero": "-0", "large": "1.7e308"}

#: A subnormal number: Go's logarithm on amd64 takes it for a larger one.
SUBNORMAL = 3e-310

Value = float | str | None


@dataclass(frozen=True, slots=True)
class Series:
    """A series as promtool reads it; None is a missing sample, "stale" the end of the series."""

    labels: dict[str, str]
    values: list[Value]

    @property
    def notation(self) -> str:
        """The values in promtool's notation."""
        return " ".join("_" if value is None else _number(value) for value in self.values)

    @property
    def text(self) -> str:
        """Name and labels."""
        rest = ",".join(f'{name}="{value}"' for name, value in self.labels.items() if name != "__name__")
        return f"{self.labels['__name__']}{{{rest}}}"


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
        """The expression with its number."""
        return f"{self.expression} # {self.number}"

    @property
    def in_words_of_2(self) -> str:
        """The same for Prometheus 2, every part in its column."""
        name = "double_exponential_smoothing"
        return self.marked.replace(name, "holt_winters".ljust(len(name)))


@dataclass(slots=True)
class Group:
    """Cases that share their series, one sample each `interval_s`."""

    interval_s: int
    series: list[Series]
    cases: list[Case] = field(default_factory=list)


class Generator:
    """Draws groups of series and expressions; the same seed draws the same."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._number = 0
        self.seen: Counter[str] = Counter()

    def group(self, size: int) -> Group:
        """A group with so many cases, asked about until a while after the last sample."""
        group = Group(self._random.choice(INTERVALS_S), self._series())
        for _ in range(size):
            self._number += 1
            at_ms = self._random.randrange(0, (SAMPLES + 12) * group.interval_s) * 1_000
            group.cases.append(Case(self._number, self._expression(), at_ms))
        return group

    def _expression(self) -> str:
        is_edge = self._random.random() < _SHARE_OF_EDGES
        return edge(self._random, self.seen) if is_edge else expression(self._random)

    def _series(self) -> list[Series]:
        labelled = {
            "c_total": [self._counter() for _ in range(6)],
            "g": [self._gauge() for _ in range(4)],
        }
        series = [
            Series({"__name__": name, "job": "ab"[place % 2], "i": str(place // 2)}, values)
            for name, rows in labelled.items()
            for place, values in enumerate(rows)
        ]
        for job in "ab":
            series.append(Series({"__name__": "one", "job": job, "team": f"t{job}"}, [1.0] * SAMPLES))
            series += self._histogram({"__name__": "h_bucket", "job": job}, BOUNDS)
        for i in "01":
            noise: list[Value] = [self._random.uniform(-5, 5) for _ in range(SAMPLES)]
            series.append(Series({"__name__": "f", "i": i}, noise))
            dates: list[Value] = [float(self._random.choice(DATES)) for _ in range(SAMPLES)]
            series.append(Series({"__name__": "d", "i": i}, dates))
        series += [
            Series({"__name__": "s", "kind": kind}, self._special(text)) for kind, text in SPECIAL.items()
        ]
        series += [
            Series({"__name__": "u", "job": "a"}, []),
            Series({"__name__": "u", "job": "b"}, [None] * 9),
        ]
        odd = self._random.choice(ODD_BOUNDS)
        return series + self._histogram({"__name__": "o_bucket", "job": "é x"}, odd, odd=True)

    def _counter(self) -> list[Value]:
        values: list[Value] = []
        total = float(self._random.randrange(100))
        for _ in range(SAMPLES):
            total = 0.0 if self._random.random() < 0.06 else total + self._random.randrange(8)
            values.append(total)
        return self._with_gaps(values)

    def _gauge(self) -> list[Value]:
        special = self._random.choice([0.0, 0.0, 0.05])
        odd: list[Value] = ["NaN", "+Inf", "-Inf", "-0"]
        values: list[Value] = []
        for _ in range(SAMPLES):
            usual = self._random.randrange(-40, 40) / 4
            values.append(self._random.choice(odd) if self._random.random() < special else usual)
        return self._with_gaps(values)

    def _special(self, text: str) -> list[Value]:
        choices: list[Value] = [text, text, 0.0, -2.5, SUBNORMAL]
        return [self._random.choice(choices) for _ in range(SAMPLES)]

    def _with_gaps(self, values: list[Value]) -> list[Value]:
        if self._random.random() < 0.15:  # longer than any lookback
            start = self._random.randrange(SAMPLES)
            values[start : start + 15] = [None] * len(values[start : start + 15])
        return [self._gap(value) for value in values]

    def _gap(self, value: Value) -> Value:
        draw = self._random.random()
        return None if draw < 0.05 else "stale" if draw < 0.065 else value

    def _histogram(
        self, labels: dict[str, str], bounds: tuple[str, ...], *, odd: bool = False
    ) -> list[Series]:
        """Buckets that only grow; odd ones may also shrink, be NaN or be missing."""
        counts = [0.0] * len(bounds)
        columns: list[list[Value]] = []
        for _ in range(SAMPLES):
            for place in range(len(bounds)):
                grown = self._random.randrange(3)
                for upper in range(place, len(bounds)):
                    counts[upper] += grown
            columns.append([self._oddly(count) if odd else count for count in counts])
        return [
            Series({**labels, "le": bound}, [column[place] for column in columns])
            for place, bound in enumerate(bounds)
        ]

    def _oddly(self, count: float) -> Value:
        draw = self._random.random()
        return None if draw < 0.03 else "NaN" if draw < 0.05 else count - 3 if draw < 0.1 else count
