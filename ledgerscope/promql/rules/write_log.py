"""When each sample that rules wrote came to be: what a rule saw at a step can be found out afterwards.

Kept where rules are stepped through: there two rules may write one series in turn, at any distance from the
step, so neither the time of a sample nor the author of its series says who could see it.
"""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

import numpy as np

from ledgerscope.promql.records import dataclass
from ledgerscope.promql.samples.storage import Storage

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ledgerscope.promql.samples.labels import Labels
    from ledgerscope.promql.samples.storage import Samples

#: A moment of the evaluation: the step (milliseconds) and the rule's place in the order.
Moment = tuple[int, int]


@dataclass(frozen=True, slots=True)
class WriteLog:
    """The moment at which each sample was written, by series and the sample's time."""

    moments: dict[Labels, dict[int, Moment]] = field(default_factory=dict)

    def note(self, labels: Labels, time_ms: int, moment: Moment) -> None:
        """A sample was written."""
        self.moments.setdefault(labels, {})[time_ms] = moment

    def seen_at(self, series: Iterable[Samples], moment: Moment) -> Storage:
        """What there was of the series when a rule was evaluated: its input, and what was written."""
        view = Storage()
        for samples in series:
            written = self.moments.get(samples.labels, {})
            # What no rule wrote is input, which comes in before all rules of its step.
            there = np.array([written.get(time, (time, -1)) < moment for time in samples.times.tolist()])
            if there.any():
                kept = samples.pick(there)
                view.append(kept.labels, kept.times, kept.values, kept.histograms, kept.start_times)
        return view
