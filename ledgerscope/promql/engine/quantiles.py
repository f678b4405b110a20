"""Quantiles of plain numbers: sorted with NaN first, interpolated linearly between the two neighbours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ledgerscope.promql.samples.axis import Booleans, Floats


def quantile_of_rows(values: Floats, present: Booleans, q: Floats) -> Floats:
    """The q-quantile of each column's present numbers (NaN where there are none).

    A q below 0 gives -Inf, above 1 gives +Inf, NaN gives NaN, whatever the numbers are.
    """
    usable = present & ~np.isnan(values)
    ordered = np.sort(np.where(usable, values, np.inf), axis=0)
    count = present.sum(axis=0)
    nans = count - usable.sum(axis=0)
    rank = q * (count - 1.0)
    lower = np.maximum(0.0, np.floor(rank))
    upper = np.minimum(count - 1.0, lower + 1.0)
    weight = rank - np.floor(rank)
    below = _ranked(ordered, nans, lower)
    above = _ranked(ordered, nans, upper)
    result = below * (1.0 - weight) + above * weight
    result = np.where(np.isnan(q) | (count == 0), np.nan, result)
    result = np.where(q < 0, -np.inf, result)
    return np.where(q > 1, np.inf, result)


def _ranked(ordered: Floats, nans: np.ndarray[tuple[int, ...], np.dtype[np.int64]], rank: Floats) -> Floats:
    """The number of each column at a rank, the NaNs counting as the smallest."""
    index = np.nan_to_num(rank, nan=0.0, posinf=0.0, neginf=0.0).astype(np.int64) - nans
    column = np.arange(ordered.shape[1])
    found = ordered[np.clip(index, 0, max(0, len(ordered) - 1)), column]
    return np.where(index < 0, np.nan, found)
