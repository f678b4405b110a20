"""Alerts in a Python test: when they pend, fire and end, for all alerts of a name or for some of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from ledgerscope.promql.rules.alert_states import State
from ledgerscope.promql.testing.label_match import LabelCondition, check_conditions, described, meets
from ledgerscope.promql.testing.reports.plot import ruler, series_text, state_line
from ledgerscope.promql.testing.reports.timeline import moments
from ledgerscope.promql.testing.times import Moment, When, milliseconds
from ledgerscope.promql.text.durations import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from ledgerscope.promql.rules.alert_history import ActiveAlert, AlertHistory, AlertInstance
    from ledgerscope.promql.rules.run import Evaluation
    from ledgerscope.promql.samples.axis import Axis


@dataclass(frozen=True, slots=True, eq=False)
class Check:
    """Whether something holds; what an assertion prints."""

    holds: bool
    claim: str

    def __bool__(self) -> bool:
        return self.holds

    def __eq__(self, other: object) -> bool:
        return self.holds == other if isinstance(other, bool) else self is other

    def __hash__(self) -> int:
        return hash(self.holds)

    def __repr__(self) -> str:
        return f"<{self.claim}: {self.holds}>"


class Timeline(Protocol):
    """Where alerts come from: an evaluation that goes on as far as it is asked about."""

    start_ms: int

    @property
    def evaluation(self) -> Evaluation:
        """What has been evaluated so far."""

    def reach(self, when: When) -> None:
        """Evaluate up to a time."""

    def settle(self) -> None:
        """Evaluate until nothing can change any more: every series has ended, every `for` is over."""

    def check_labels(self, alert: str, conditions: Mapping[str, LabelCondition]) -> None:
        """Refuse conditions on labels that neither the alert nor any series has."""


@dataclass(frozen=True, eq=False, repr=False)
class AlertTrack:
    """The alerts of one name whose labels meet the conditions, over the whole test."""

    name: str
    conditions: Mapping[str, LabelCondition]
    timeline: Timeline

    @property
    def histories(self) -> Sequence[AlertHistory]:
        """The alerts of every rule of that name, as far as they have been evaluated."""
        return self.timeline.evaluation.named(self.name)

    @property
    def axis(self) -> Axis:
        """The steps that have been evaluated."""
        return self.timeline.evaluation.axis

    # -- when

    @property
    def first_pending_at(self) -> Moment | None:
        """When the first of them is pending (or fires at once); None if never."""
        return self._first(State.PENDING)

    @property
    def first_fires_at(self) -> Moment | None:
        """When the first of them fires; None if never."""
        return self._first(State.FIRING)

    @property
    def last_fires_at(self) -> Moment | None:
        """The last step at which one of them fires; None if never."""
        self.timeline.settle()
        steps = np.flatnonzero(self._states() == State.FIRING)
        return self._moment(int(steps[-1])) if len(steps) else None

    # -- claims

    def never_fires(self) -> Check:
        """Whether none of them ever fires."""
        self.timeline.settle()
        return self._check("never fires", not (self._states() == State.FIRING).any())

    def never_pends(self) -> Check:
        """Whether none of them is ever active."""
        self.timeline.settle()
        return self._check("is never active", not self._states().any())

    def fires_at(self, when: When) -> Check:
        """Whether one of them fires at a time."""
        holds = self._state_at(when) == State.FIRING
        return self._check(f"fires at {_shown(when)}", bool(holds))

    def pending_at(self, when: When) -> Check:
        """Whether one of them is pending at a time, and none fires."""
        holds = self._state_at(when) == State.PENDING
        return self._check(f"is pending at {_shown(when)}", bool(holds))

    def inactive_at(self, when: When) -> Check:
        """Whether none of them is active at a time."""
        holds = self._state_at(when) == State.INACTIVE
        return self._check(f"is inactive at {_shown(when)}", bool(holds))

    def resolved_by(self, when: When) -> Check:
        """Whether they fired before, and none is active from that time to the end."""
        step = self._step(when)
        self.timeline.settle()
        states = self._states()
        fired = bool((states[:step] == State.FIRING).any())
        return self._check(f"is resolved by {_shown(when)}", fired and not states[step:].any())

    # -- what

    def at(self, when: When) -> list[ActiveAlert]:
        """The active ones at a time, labels and annotations rendered."""
        step = self._step(when)
        found = [alert for history in self.histories for alert in history.active(step)]
        return [alert for alert in found if meets(alert.labels, self.conditions)]

    def firing(self, when: When) -> list[ActiveAlert]:
        """The firing ones at a time."""
        return [alert for alert in self.at(when) if alert.state is State.FIRING]

    def where(self, **labels: LabelCondition) -> AlertTrack:
        """Only those whose labels meet further conditions."""
        check_conditions(labels)
        return AlertTrack(self.name, {**self.conditions, **labels}, self.timeline)

    # -- inside

    def _instances(self) -> Iterator[AlertInstance]:
        self.timeline.check_labels(self.name, self.conditions)
        for history in self.histories:
            for instance in history.instances:
                if meets(instance.labels.as_dict(), self.conditions):
                    yield instance

    def _states(self) -> NDArray[np.int8]:
        states = np.zeros(self.axis.count, dtype=np.int8)
        for instance in self._instances():
            here = states[instance.span]
            np.maximum(here, instance.life.states, out=here)
        return states

    def _first(self, state: State) -> Moment | None:
        if not (self._states() >= state).any():
            self.timeline.settle()
        steps = np.flatnonzero(self._states() >= state)
        return self._moment(int(steps[0])) if len(steps) else None

    def _state_at(self, when: When) -> int:
        step = self._step(when)
        return int(self._states()[step])

    def _moment(self, step: int) -> Moment:
        return Moment(int(self.axis.times[step]) - self.timeline.start_ms)

    def _step(self, when: When) -> int:
        self.timeline.reach(when)
        return milliseconds(when) // self.axis.step_ms

    def _check(self, claim: str, holds: bool) -> Check:
        return Check(holds, f"{self.name}{described(self.conditions)} {claim}")

    def __repr__(self) -> str:
        return f"<alerts {self.name}{described(self.conditions)}>"

    def story(self) -> str:
        """Every alert over time, as a failed test prints it."""
        lines = [f"alerts {self.name}{described(self.conditions)}:"]
        for instance in self._instances():
            lines.append(f"  {series_text(instance.labels)}")
            states = state_line(instance.states(self.axis.count).tolist())
            lines.append(f"  {states}  {moments(instance, self.axis, self.timeline.start_ms)}")
        if len(lines) == 1:
            lines.append("  never active")
        return "\n".join([*lines, f"  {ruler(self.axis, self.timeline.start_ms)}"])


def _shown(when: When) -> str:
    return format_duration(milliseconds(when))
