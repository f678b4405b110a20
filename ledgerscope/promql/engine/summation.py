"""Compensated summation as Prometheus does it, term by term in order, on whole arrays at once.

Each function does to every element exactly what Go does to one number, so results agree to the last bit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ledgerscope.promql.samples.axis import Floats

#: Integers up to here, and sums of them, are exact in a float64: no order of summing can change them.
_EXACT = 2.0**53


def add_compensated(
    total: Floats, lost: Floats, term: Floats, *, reset_on_overflow: bool
) -> tuple[Floats, Floats]:
    """One step of Neumaier's sum: the new total and the new compensation.

    `reset_on_overflow`: an infinite total forgets the compensation (Prometheus 3), instead of making it NaN.
    """
    result = total + term
    total_leads = np.abs(total) >= np.abs(term)
    larger = np.where(total_leads, total, term)
    smaller = np.where(total_leads, term, total)
    carried = lost + ((larger - result) + smaller)
    if reset_on_overflow:
        carried = np.where(np.isinf(result), 0.0, carried)
    return result, carried


def sums_are_exact(values: Floats, terms: int) -> bool:
    """Whether every sum of so many of these values is free of rounding, in any order.

    Compensation is then exactly zero, and running totals may be subtracted from one another.
    """
    if values.size == 0:
        return True
    largest = np.abs(values).max()
    return bool(largest * terms < _EXACT and (np.trunc(values) == values).all())
