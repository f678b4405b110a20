"""What the binary operators do where at least one side is a native histogram."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledgerscope.promql.engine import annotations as notes
from ledgerscope.promql.engine.annotations import HistogramOperation, Note
from ledgerscope.promql.histograms.arithmetic import Combined, IncompatibleSchemaError, add, subtract
from ledgerscope.promql.histograms.histogram import Histogram, ResetHint
from ledgerscope.promql.histograms.trim import trimmed
from ledgerscope.promql.records import dataclass
from ledgerscope.promql.syntax.operators import BinaryOp

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledgerscope.promql.samples.axis import Booleans, Floats, Objects

Operand = float | Histogram


@dataclass(frozen=True, slots=True)
class Outcome:
    """A histogram and whether it stays; no histogram where the kinds do not go together."""

    histogram: Histogram | None
    holds: bool = True
    notes: tuple[Note, ...] = ()


def combine_cells(op: BinaryOp, left: Operand, right: Operand) -> Outcome:
    """The result of one pair of which at least one is a histogram."""
    if isinstance(left, Histogram) and isinstance(right, Histogram):
        if op in _BOTH:
            return _BOTH[op](left, right)
    elif isinstance(left, Histogram):
        if op in _WITH_NUMBER:
            return Outcome(_WITH_NUMBER[op](left, float(right)))  # type: ignore[arg-type] # the case above took both
    elif op is BinaryOp.MUL and isinstance(right, Histogram):
        return Outcome(right.scaled(left).compacted())
    return Outcome(None, holds=False, notes=(notes.incompatible_types(_kind(left), op.value, _kind(right)),))


def _kind(operand: Operand) -> str:
    return "histogram" if isinstance(operand, Histogram) else "float"


def _added(left: Histogram, right: Histogram) -> Outcome:
    return _combined(add, left, right, BinaryOp.ADD, HistogramOperation.ADDITION)


def _subtracted(left: Histogram, right: Histogram) -> Outcome:
    outcome = _combined(subtract, left, right, BinaryOp.SUB, HistogramOperation.SUBTRACTION)
    if outcome.histogram is None:
        return outcome
    return Outcome(outcome.histogram.with_hint(ResetHint.GAUGE), notes=outcome.notes)


def _combined(
    function: Callable[[Histogram, Histogram], Combined],
    left: Histogram,
    right: Histogram,
    op: BinaryOp,
    operation: HistogramOperation,
) -> Outcome:
    try:
        combined = function(left, right)
    except IncompatibleSchemaError:
        return Outcome(None, holds=False, notes=(notes.incompatible_bucket_layout(op.value),))
    remarks = []
    if combined.reset_collision:
        remarks.append(notes.counter_reset_collision(operation))
    if combined.bounds_reconciled:
        remarks.append(notes.mismatched_custom_buckets(operation))
    return Outcome(combined.histogram.compacted(), notes=tuple(remarks))


_BOTH: dict[BinaryOp, Callable[[Histogram, Histogram], Outcome]] = {
    BinaryOp.ADD: _added,
    BinaryOp.SUB: _subtracted,
    BinaryOp.EQ: lambda left, right: Outcome(left, holds=left.same_data(right)),
    BinaryOp.NE: lambda left, right: Outcome(left, holds=not left.same_data(right)),
}
_WITH_NUMBER: dict[BinaryOp, Callable[[Histogram, float], Histogram]] = {
    BinaryOp.MUL: lambda histogram, number: histogram.scaled(number).compacted(),
    BinaryOp.DIV: lambda histogram, number: histogram.divided(number).compacted(),
    BinaryOp.TRIM_UPPER: lambda histogram, number: trimmed(histogram, number, keep_below=True),
    BinaryOp.TRIM_LOWER: lambda histogram, number: trimmed(histogram, number, keep_below=False),
}


@dataclass(frozen=True, slots=True)
class Side:
    """One operand of every pair: floats, and histograms where there are any."""

    values: Floats
    histograms: Objects | None

    def at(self, row: int, column: int) -> Operand:
        """The operand of one pair at one instant."""
        held = None if self.histograms is None else self.histograms[row, column]
        return float(self.values[row, column]) if held is None else held

    def has_histogram(self) -> Booleans | bool:
        """Where the operand is a histogram."""
        if self.histograms is None:
            return False
        found: Booleans = np.not_equal(self.histograms, np.array(None))
        return found


@dataclass(frozen=True, slots=True)
class Cells:
    """The results where histograms take part: which cells, what they hold, what there is to say."""

    involved: Booleans
    histograms: Objects
    holds: Booleans
    notes: tuple[Note, ...]


def combine_histograms(op: BinaryOp, left: Side, right: Side, present: Booleans) -> Cells | None:
    """Every pair with a histogram in it; None where there is none."""
    trims = op in {BinaryOp.TRIM_LOWER, BinaryOp.TRIM_UPPER}
    if left.histograms is None and right.histograms is None and not trims:
        return None
    # Trimming a float is refused in the same words as mixing kinds.
    involved = present.copy() if trims else present & (left.has_histogram() | right.has_histogram())
    if not involved.any():
        return None
    histograms = np.full(present.shape, None, dtype=object)
    holds = np.zeros(present.shape, dtype=bool)
    remarks: dict[Note, None] = {}
    for row, column in np.argwhere(involved).tolist():
        outcome = combine_cells(op, left.at(row, column), right.at(row, column))
        histograms[row, column], holds[row, column] = outcome.histogram, outcome.holds
        remarks.update(dict.fromkeys(outcome.notes))
    return Cells(involved, histograms, holds, tuple(remarks))
