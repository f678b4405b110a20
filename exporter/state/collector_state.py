"""What is known about one collector: its last values, how its runs went, and the state its values are in.

Immutable: each run makes a new record. The state is a function of the record and of the time that is asked
about, so values grow stale and expire without anybody having to notice.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from exporter.state.failures import Failure, FailureClass

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from collectors.base import Collector
    from exporter.settings.policy import Policy
    from exporter.state.snapshot import Slot

__all__ = ["Missing", "Outcome", "Record", "State"]


class State(StrEnum):
    """The state of a collector's values; the values of the label `state`."""

    PENDING = "pending"
    FRESH = "fresh"
    STALE = "stale"
    EXPIRED = "expired"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one run ended: with values, or with a failure. `duration` is in seconds."""

    collector: str
    duration: float
    result: Slot | Failure
    rebases: int = 0
    misplaced: int = 0

    @classmethod
    def of(cls, collector: Collector, duration: float, result: Slot | Failure) -> Outcome:
        """The outcome of a run, with what the collector says about its own counters after it."""
        return cls(collector.name, duration, result, collector.rebases, collector.misplaced)


@dataclass(frozen=True, slots=True)
class Missing:
    """A run that could not be tried: what the collector reads is not there, or may not be read."""

    collector: str
    reason: str


_NO_FAILURES: Mapping[FailureClass, int] = dict.fromkeys(FailureClass, 0)


@dataclass(frozen=True, slots=True)
class Record:
    """One collector, as known now.

    `succeeded` is None before the first run has ended. `disabled` is the reason why it cannot run, or empty.
    """

    name: str
    policy: Policy
    slot: Slot | None = field(default=None, repr=False)
    succeeded: bool | None = None
    duration: float | None = None
    failures: Mapping[FailureClass, int] = field(default_factory=lambda: _NO_FAILURES)
    consecutive: int = 0
    last_failure: Failure | None = None
    skipped: int = 0
    rebases: int = 0
    misplaced: int = 0
    disabled: str = ""

    def state(self, now: datetime) -> State:
        """The state of the values at `now`."""
        if self.disabled:
            return State.DISABLED
        if self.slot is None:
            return State.PENDING
        age = now - self.slot.as_of
        if age >= self.policy.expire_after:
            return State.EXPIRED
        return State.STALE if age >= self.policy.stale_after else State.FRESH

    def served(self, now: datetime) -> Slot | None:
        """The values that a page at `now` holds."""
        return self.slot if self.state(now) in {State.FRESH, State.STALE} else None

    @property
    def isolated(self) -> Mapping[str, str]:
        """The companies whose values the last successful run left out, each with the reason."""
        return self.slot.isolated if self.slot else {}

    @property
    def expires_at(self) -> datetime | None:
        """When the values that are served must be dropped, unless newer ones come."""
        if self.slot is None or self.disabled:
            return None
        return self.slot.as_of + self.policy.expire_after

    @property
    def failure(self) -> Failure | None:
        """Why the last run failed; None where it did not."""
        return self.last_failure if self.succeeded is False else None

    @property
    def reason(self) -> str:
        """Why the collector is disabled or its last run failed; empty where neither is so."""
        return self.disabled or (self.failure.message if self.failure else "")

    def after(self, event: Outcome | Missing) -> Record:
        """The record once a run has ended or could not begin."""
        if isinstance(event, Missing):
            return replace(self, disabled=event.reason, succeeded=False, last_failure=None)
        seen = replace(self, duration=event.duration, rebases=event.rebases, misplaced=event.misplaced)
        if isinstance(event.result, Failure):
            return _failed(seen, event.result)
        return replace(seen, slot=event.result, succeeded=True, consecutive=0, disabled="")

    def skip(self) -> Record:
        """The record once a run was due while the one before was still going on."""
        return replace(self, skipped=self.skipped + 1)


def _failed(record: Record, failure: Failure) -> Record:
    return replace(
        record,
        succeeded=False,
        failures={**record.failures, failure.kind: record.failures[failure.kind] + 1},
        consecutive=record.consecutive + 1,
        last_failure=failure,
        disabled=failure.message if failure.kind.disabling else record.disabled,
    )
