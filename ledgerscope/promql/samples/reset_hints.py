"""Reset hints of stored native histograms: what a sample says about its predecessor once it was written.

A store keeps histograms of one layout in runs. The first of a run no longer knows whether a reset came
before it, the others know that none did; gauges stay gauges.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledgerscope.promql.histograms.histogram import Histogram, ResetHint
from ledgerscope.promql.histograms.resets import is_reset

if TYPE_CHECKING:
    from ledgerscope.promql.samples.axis import Objects


def stored_hints(histograms: Objects) -> Objects:
    """The histograms with the hints they have after being stored (None where there is a float)."""
    result = histograms.copy()
    before: Histogram | None = None
    for place, histogram in enumerate(histograms):
        if histogram is not None and histogram.hint is not ResetHint.GAUGE:
            goes_on = before is not None and _continues(before, histogram)
            result[place] = histogram.with_hint(ResetHint.NOT_RESET if goes_on else ResetHint.UNKNOWN)
        before = histogram
    return result


def _continues(before: Histogram, histogram: Histogram) -> bool:
    """Whether a counter goes into the same run as the one before it."""
    if before.hint is ResetHint.GAUGE or histogram.hint is ResetHint.RESET:
        return False
    layout = before.schema, before.zero_threshold, before.custom_values
    if layout != (histogram.schema, histogram.zero_threshold, histogram.custom_values):
        return False
    return not is_reset(histogram.with_hint(ResetHint.UNKNOWN), before)


def detected_hints(histograms: Objects) -> Objects:
    """The histograms with unknown hints settled: reset or not, judged by the previous histogram."""
    result = histograms.copy()
    before: Histogram | None = None
    for place, histogram in enumerate(histograms):
        if histogram is None:
            continue
        if histogram.hint is ResetHint.UNKNOWN and before is not None:
            hint = ResetHint.RESET if is_reset(histogram, before) else ResetHint.NOT_RESET
            result[place] = histogram.with_hint(hint)
        before = histogram
    return result
