"""What a rule sees of the data at an instant: nothing later, and nothing that is written after it.

promtool feeds the samples step by step, so a rule at an instant has only what is not after it. What a later
rule writes at that very instant is not there yet either.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledgerscope.promql.samples.storage import Samples, Storage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ledgerscope.promql.rules.plan import Reading
    from ledgerscope.promql.samples.axis import Axis
    from ledgerscope.promql.samples.labels import Labels


def cut(series: Iterable[Samples], at_ms: int, is_late: Callable[[Labels], bool]) -> Storage:
    """The given series as they are at an instant; a late one without its sample at the instant itself."""
    view = Storage()
    for samples in series:
        last = at_ms - 1 if is_late(samples.labels) else at_ms
        count = int(np.searchsorted(samples.times, last, side="right"))
        if count:
            _add(view, samples.pick(slice(count)))
    return view


def one_step_late(
    storage: Storage,
    readings: Iterable[Reading],
    axis: Axis,
    *,
    lookback_ms: int,
    left_open: bool,
    is_late: Callable[[Labels], bool],
) -> Storage:
    """The series of plain selectors, the late ones moved on by a step.

    A plain selector at a step sees the newest sample. Of a late series that is the sample of the step before,
    so moving its samples one step on shows at each step what is seen there, unless a step is too far to see.
    """
    view = Storage()
    visible = axis.step_ms < lookback_ms if left_open else axis.step_ms <= lookback_ms
    known: set[Labels] = set()
    for reading in readings:
        for samples in storage.select(reading.selector.matchers):
            if samples.labels in known:
                continue
            known.add(samples.labels)
            if not is_late(samples.labels):
                _add(view, samples)
            elif visible:
                moved = samples.times + axis.step_ms
                view.append(samples.labels, moved, samples.values, samples.histograms, samples.start_times)
    return view


def _add(view: Storage, samples: Samples) -> None:
    view.append(samples.labels, samples.times, samples.values, samples.histograms, samples.start_times)
