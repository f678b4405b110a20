"""Alerts in a Python test: when they pend, fire and end, for all alerts of a name or for some of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ledgerscope.promql.rules.alert_states import State
from ledgerscope.promql.testing.label_match import LabelCondition, described, meets
from ledgerscope.promql.testing.reports.plot import ruler, series_text, state_line
from ledgerscope.promql.testing.reports.timeline import moments
from ledgerscope.promql.testing.times import Moment, When, milliseconds
from ledgerscope.promql.text.durations import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from ledgerscope.promql.rules.alert_history import ActiveAlert, AlertHistory, AlertInstance
    from ledgerscope.promql.samples.axis import Axis


@dataclass(frozen=True, slots=True)
class Check:
    """Whether something holds; what an assertion prints."""

    holds: bool
    claim: str

    def __bool__(self) -> bool:
        return self.holds

    def __repr__(self) -> str:
        return f"<{self.claim}: {self.holds}>"


@dataclass(frozen=True, eq=False, repr=False)
class AlertTrack:
    """The alerts of one name whose labels meet the conditions, over the whole test."""

    name: str
    conditions: Mapping[str, LabelCondition]
    histories: Sequence[AlertHistory]
    axis: Axis
    start_ms: int

    # -- when

    @property
    def first_pending_at(self) -> Moment | None:
        """When the first of them is pending (or fires at once); None if never."""
        return self._first(self._states() >= State.PENDING)

    @property
    def first_fires_at(self) -> Moment | None:
        """When the first of them fires; None if never."""
        return self._first(self._states() == State.FIRING)

    @property
    def last_fires_at(self) -> Moment | None:
        """The last step at which one of them fires; None if never."""
        steps = np.flatnonzero(self._states() == State.FIRING)
        return self._moment(int(steps[-1])) if len(steps) else None

    # -- claims

    def never_fires(self) -> Check:
        """Whether none of them ever fires."""
        return self._check("never fires", not (self._states() == State.FIRING).any())

    def never_pends(self) -> Check:
        """Whether none of them is ever active."""
        return self._check("is never active", not self._states().any())

    def fires_at(self, when: When) -> Check:
        """Whether one of them fires at a time."""
        holds = self._states()[self._step(when)] == State.FIRING
        return self._check(f"fires at {_shown(when)}", bool(holds))

    def pending_at(self, when: When) -> Check:
        """Whether one of them is pending at a time, and none fires."""
        holds = self._states()[self._step(when)] == State.PENDING
        return self._check(f"is pending at {_shown(when)}", bool(holds))

    def inactive_at(self, when: When) -> Check:
        """Whether none of them is active at a time."""
        holds = self._states()[self._step(when)] == State.INACTIVE
        return self._check(f"is inactive at {_shown(when)}", bool(holds))

    def resolved_by(self, when: When) -> Check:
        """Whether they fired before, and none is active from that time to the end."""
        states, step = self._states(), self._step(when)
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
        return AlertTrack(self.name, {**self.conditions, **labels}, self.histories, self.axis, self.start_ms)

    # -- inside

    def _instances(self) -> Iterator[AlertInstance]:
        for history in self.histories:
            for instance in history.instances:
                if meets(instance.labels.as_dict(), self.conditions):
                    yield instance

    def _states(self) -> NDArray[np.int8]:
        states = np.zeros(self.axis.count, dtype=np.int8)
        for instance in self._instances():
            np.maximum(states, instance.life.states, out=states)
        return states

    def _first(self, mask: NDArray[np.bool_]) -> Moment | None:
        steps = np.flatnonzero(mask)
        return self._moment(int(steps[0])) if len(steps) else None

    def _moment(self, step: int) -> Moment:
        return Moment(int(self.axis.times[step]) - self.start_ms)

    def _step(self, when: When) -> int:
        return min(milliseconds(when) // self.axis.step_ms, self.axis.count - 1)

    def _check(self, claim: str, holds: bool) -> Check:
        return Check(holds, f"{self.name}{described(self.conditions)} {claim}")

    def __repr__(self) -> str:
        return f"<alerts {self.name}{described(self.conditions)}>"

    def story(self) -> str:
        """Every alert over time, as a failed test prints it."""
        lines = [f"alerts {self.name}{described(self.conditions)}:"]
        for instance in self._instances():
            lines.append(f"  {series_text(instance.labels)}")
            states = state_line(instance.life.states.tolist())
            lines.append(f"  {states}  {moments(instance, self.axis, self.start_ms)}")
        if len(lines) == 1:
            lines.append("  never active")
        return "\n".join([*lines, f"  {ruler(self.axis, self.start_ms)}"])


def _shown(when: When) -> str:
    return format_duration(milliseconds(when))
