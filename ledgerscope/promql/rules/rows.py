"""Series along the axis between a rule's expression and what is written: one entry per identity."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledgerscope.promql.records import dataclass
from ledgerscope.promql.rules.failures import SteppingNeededError
from ledgerscope.promql.samples.stale import STALE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ledgerscope.promql.samples.axis import Booleans, Floats, Integers, Objects
    from ledgerscope.promql.samples.labels import Labels
    from ledgerscope.promql.samples.storage import Storage
    from ledgerscope.promql.samples.values import Vector


@dataclass(frozen=True, slots=True)
class OutputRow:
    """A series a rule writes: `values` (or `histograms`) count where `present`, from step `first` on.

    Where the series ceases before the axis ends, the arrays reach to the step after.
    """

    labels: Labels
    values: Floats
    present: Booleans
    histograms: Objects | None = None
    first: int = 0


def relabelled(vector: Vector, labels: Iterable[Labels]) -> list[OutputRow]:
    """The vector's series under other labels, those that become one put together.

    Raises SteppingNeededError where two of them are there at one instant: the rule fails at that step.
    """
    rows: dict[Labels, OutputRow] = {}
    for row, identity in zip(vector, labels, strict=True):
        new = OutputRow(identity, row.values, row.present, row.histograms)
        known = rows.get(identity)
        rows[identity] = new if known is None else _together(known, new)
    return list(rows.values())


def _together(first: OutputRow, second: OutputRow) -> OutputRow:
    if (first.present & second.present).any():
        raise SteppingNeededError("two series of equal labels at one instant")
    histograms = None
    if first.histograms is not None or second.histograms is not None:
        histograms = np.full(len(first.values), None, dtype=object)
        for row in (first, second):
            if row.histograms is not None:
                histograms[row.present] = row.histograms[row.present]
    return OutputRow(
        first.labels,
        np.where(second.present, second.values, first.values),
        first.present | second.present,
        histograms,
    )


def write(storage: Storage, row: OutputRow, times: Integers) -> None:
    """The row's samples, with a stale marker at each instant at which it ceases.

    Raises SteppingNeededError where the series is there already: which sample stays depends on the order.
    """
    if not row.present.any():
        return
    if storage.get(row.labels) is not None:
        raise SteppingNeededError(f"{row.labels} is written twice")
    times = times[row.first : row.first + len(row.present)]
    ceases = np.zeros_like(row.present)
    ceases[1:] = row.present[:-1] & ~row.present[1:]
    written = row.present | ceases
    values = np.where(ceases, STALE, row.values)
    histograms = None
    if row.histograms is not None:
        histograms = row.histograms.copy()
        histograms[ceases] = None
        histograms = histograms[written]
    storage.append(row.labels, times[written], values[written], histograms)
