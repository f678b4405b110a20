"""What became of an alerting rule over a run: its alerts, their states, and their texts where asked for.

Annotations are rendered only for the alerts and instants somebody asserts; labels are an alert's identity and
were rendered at every step.
"""

from __future__ import annotations

import dataclasses
from dataclasses import field
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from ledgerscope.promql.records import dataclass
from ledgerscope.promql.rules.alert_states import State
from ledgerscope.promql.template.alert import AlertTemplates
from ledgerscope.promql.template.language import NEWEST
from ledgerscope.promql.template.values import AlertData, StringMap

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from ledgerscope.promql.histograms.histogram import Histogram
    from ledgerscope.promql.rules.alert_states import Life
    from ledgerscope.promql.rules.placed import Placed
    from ledgerscope.promql.samples.axis import Axis, Floats
    from ledgerscope.promql.samples.labels import Labels
    from ledgerscope.promql.template.alert import OnTextBranch
    from ledgerscope.promql.template.language import Language
    from ledgerscope.promql.template.values import QueryResult


OnRuleBranch: TypeAlias = "Callable[[Placed, str, int, bool], None]"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a test gives its rules besides the data.

    on_branch: called for each branch a rule's templates run: the rule, the text, the offset, whether it held.
    """

    external_labels: Mapping[str, str] = field(default_factory=dict)
    external_url: str = ""
    language: Language = NEWEST
    on_branch: OnRuleBranch | None = None

    def branches_of(self, placed: Placed) -> OnTextBranch | None:
        """What is called for the branches of one rule."""
        return self.on_branch and partial(self.on_branch, placed)

    def data(self, labels: Labels, value: float | Histogram) -> AlertData:
        """The dot of a template over one sample."""
        external = StringMap(self.external_labels)
        own = StringMap(labels.as_dict())
        return AlertData(own, value, external, self.external_url, self.language.value_type)


NO_HISTOGRAMS: Mapping[int, Histogram] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class AlertInstance:
    """One alert along the axis: its labels, its life, and at each step which sample it came from.

    The arrays begin at step `first` and end where the alert is over for good: an alert whose labels change
    with its value lives for one step, and there is one for each step.
    `source` indexes `samples`, -1 where the expression does not have the alert; `values` and `histograms` (by
    step of the axis) belong to it.
    """

    labels: Labels
    first: int
    life: Life
    samples: Sequence[Labels]
    source: NDArray[np.int32]
    values: Floats
    histograms: Mapping[int, Histogram]

    @property
    def span(self) -> slice:
        """The steps that the arrays are about."""
        return slice(self.first, self.first + len(self.source))

    def value(self, step: int) -> float | Histogram:
        """The sample's value at a step at which the expression has the alert."""
        return self.histograms.get(step, float(self.values[step - self.first]))

    def state(self, step: int) -> State:
        """What the alert is doing at a step."""
        place = step - self.first
        return State(int(self.life.states[place])) if 0 <= place < len(self.source) else State.INACTIVE

    def states(self, count: int) -> NDArray[np.int8]:
        """Its state at each of `count` steps from the beginning of the axis."""
        states = np.zeros(count, dtype=np.int8)
        states[self.span] = self.life.states
        return states

    def values_over(self, count: int) -> Floats:
        """The sample's value at each of `count` steps, 0 where the expression does not have the alert."""
        values = np.zeros(count)
        values[self.span] = self.values
        return values

    def active_since(self, step: int) -> int:
        """Since when (milliseconds) it has been active, at a step at which it is."""
        return int(self.life.active_since[step - self.first])

    def source_at(self, step: int) -> Labels:
        """The labels of the sample it comes from, at a step at which the expression has the alert."""
        return self.samples[int(self.source[step - self.first])]

    def last_seen(self, step: int) -> int:
        """The newest step up to this one at which the expression had the alert."""
        seen = np.flatnonzero(self.source[: step - self.first + 1] >= 0)
        return self.first + int(seen[-1])


@dataclass(frozen=True, slots=True)
class ActiveAlert:
    """A pending or firing alert at one instant, everything rendered."""

    labels: dict[str, str]
    annotations: dict[str, str]
    state: State
    value: float
    active_since_ms: int


@dataclasses.dataclass(frozen=True, eq=False)
class AlertHistory:
    """All alerts of one rule. `query_at(order, at_ms)` gives the rule's view of the data for templates."""

    placed: Placed
    axis: Axis
    instances: tuple[AlertInstance, ...]
    surroundings: Surroundings
    query_at: Callable[[int, int], Callable[[str], QueryResult]]

    def active(self, step: int) -> list[ActiveAlert]:
        """The pending and firing alerts at a step, sorted by labels."""
        found = [each for each in self.instances if each.state(step) is not State.INACTIVE]
        return [self._rendered(each, step) for each in sorted(found, key=lambda each: each.labels.pairs)]

    def firing(self, step: int) -> list[ActiveAlert]:
        """The firing alerts at a step, sorted by labels."""
        return [alert for alert in self.active(step) if alert.state is State.FIRING]

    def _rendered(self, instance: AlertInstance, step: int) -> ActiveAlert:
        seen = instance.last_seen(step)
        data = self.surroundings.data(instance.source_at(seen), instance.value(seen))
        templates = self.templates(int(self.axis.times[seen]))
        alert = self.placed.alert
        annotations = {} if alert is None else alert.annotations
        return ActiveAlert(
            instance.labels.as_dict(),
            {name: templates.expand(text, data) for name, text in annotations.items()},
            instance.state(step),
            float(instance.values[seen - instance.first]),
            instance.active_since(step),
        )

    def templates(self, at_ms: int) -> AlertTemplates:
        """The rule's templates as they work at an instant."""
        query = self.query_at(self.placed.order, at_ms)
        return AlertTemplates(
            self.placed.rule.name,
            at_ms,
            query,
            on_branch=self.surroundings.branches_of(self.placed),
            language=self.surroundings.language,
        )
