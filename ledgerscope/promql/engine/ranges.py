"""What a function of a range vector is given, and what it is made of.

Each such function has two forms with one meaning: `block`, which handles many float series at all instants
with array operations, and `points`, which handles one window of one series and is used where native
histograms or start timestamps take part.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from ledgerscope.promql.engine.annotations import Note
from ledgerscope.promql.engine.compat import PROMETHEUS_3
from ledgerscope.promql.records import dataclass

if TYPE_CHECKING:
    from ledgerscope.promql.engine.compat import Compat
    from ledgerscope.promql.engine.evaluator import Evaluator
    from ledgerscope.promql.engine.windows import Block
    from ledgerscope.promql.histograms.histogram import Histogram
    from ledgerscope.promql.samples.axis import Booleans, Floats, Integers
    from ledgerscope.promql.samples.storage import Samples
    from ledgerscope.promql.samples.values import Vector
    from ledgerscope.promql.syntax.ast import Call


@dataclass(frozen=True, slots=True)
class RangeContext:
    """The instants, the ends of the ranges seen from them, and the function's other (scalar) arguments."""

    times: Integers
    ends: Integers
    range_ms: int
    scalars: tuple[Floats, ...]
    compat: Compat

    @property
    def starts(self) -> Integers:
        """The left ends of the ranges."""
        return self.ends - self.range_ms

    @property
    def range_seconds(self) -> float:
        """The range as Go converts a duration: whole seconds plus the fraction."""
        return float(self.range_ms // 1000) + self.range_ms % 1000 * 1_000_000 / 1e9


@dataclass(frozen=True, slots=True)
class Point:
    """One sample of a window; `histogram` is None for floats; `start_ms` is 0 where unknown."""

    at_ms: int
    value: float
    histogram: Histogram | None = None
    start_ms: int = 0


@dataclass(frozen=True, slots=True)
class PointWindow:
    """One window of one series, split by kind of sample."""

    floats: list[Point]
    histograms: list[Point]
    metric: str
    at_ms: int = 0
    start_ms: int = 0
    end_ms: int = 0
    range_seconds: float = 0.0
    scalars: tuple[float, ...] = ()
    compat: Compat = PROMETHEUS_3

    @classmethod
    def of(cls, points: list[Point], metric: str) -> PointWindow:
        """Samples for a function that asks for nothing else."""
        floats = [point for point in points if point.histogram is None]
        return cls(floats, [point for point in points if point.histogram is not None], metric)

    @property
    def ordered(self) -> list[Point]:
        """All samples by time."""
        return sorted(self.floats + self.histograms, key=lambda point: point.at_ms)

    @property
    def mixed(self) -> bool:
        """Whether the window has both kinds of samples."""
        return bool(self.floats) and bool(self.histograms)


def points_of(samples: Samples) -> list[Point]:
    """A series' samples one by one."""
    count = len(samples)
    histograms = [None] * count if samples.histograms is None else samples.histograms.tolist()
    starts = [0] * count if samples.start_times is None else samples.start_times.tolist()
    times, values = samples.times.tolist(), samples.values.tolist()
    return [Point(*each) for each in zip(times, values, histograms, starts, strict=True)]


#: What one window yields: nothing, a float or a histogram; and what there is to say about it.
Outcome = tuple["float | Histogram | None", tuple[Note, ...]]


class BlockForm(Protocol):
    """Many float series at all instants: values, and where there is a result (per instant or per cell)."""

    def __call__(self, block: Block, context: RangeContext, /) -> tuple[Floats, Booleans]: ...


PointForm = Callable[[PointWindow], Outcome]


@dataclass(frozen=True, slots=True)
class RangeFunction:
    """A function of a range vector.

    `keeps_name` for those that return a sample as it was; `remark` looks at a call's result and adds
    annotations.
    """

    block: BlockForm
    points: PointForm
    keeps_name: bool = False
    remark: Callable[[Evaluator, Call, Vector], None] | None = None
