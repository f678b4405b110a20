"""Synchronisation of a customer with its own system: its login, its settings, its schedule and every run.

What is drawn here follows from the customer alone, so that it moves nothing else of its history.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from ledgerscope.customers.credentials.versions import (
    CustomerCredential,
    reject_credential,
    revoke_credential,
    save_credential,
)
from ledgerscope.customers.lifecycle.forgetting import Spell
from ledgerscope.customers.settings.changes import CustomerSettings, set_values
from ledgerscope.customers.sync.schedules import initial_schedule, pause, request_now, resume
from ledgerscope.customers.sync.state import Synchronised
from ledgerscope.demo.operations.outside import login_of
from ledgerscope.demo.operations.synchronising import SyncState, synchronise, version_of
from ledgerscope.demo.random_source import RandomSource

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from ledgerscope.customers import Call, Decision
    from ledgerscope.demo.history.agenda import Agenda

__all__ = ["Sync"]

_EVERY: Final = {"hourly": timedelta(hours=1), "daily": timedelta(days=1), "weekly": timedelta(days=7)}
_FREQUENCIES: Final = {"hourly": 0.1, "daily": 0.6, "weekly": 0.3}
_MOST_RUNS: Final = 16
"""About so many runs the customers that came first have had."""
_LEAST_RUNS: Final = 4
_HABITS: Final = {
    "none": 0.45, "rotates": 0.3, "rests": 0.05, "rested": 0.05, "asks": 0.08, "fails": 0.02, "leaves": 0.02,
    "errs": 0.03,
}  # fmt: skip
_SETTINGS: Final[tuple[dict[str, Any], ...]] = (
    {"sync.error_after_failures": 5},
    {"thresholds.health_score": 0.9},
    {"notifications.health_low": False},
)
_SETS: Final = 0.2
_DESK: Final = "integrations"
_WORKER: Final = "sync worker"


class Sync:
    """What there is of a customer's synchronisation; nothing for most customers."""

    def __init__(self, agenda: Agenda) -> None:
        self._agenda = agenda
        self._random = RandomSource("sync", agenda.customer_id)
        self._credential = CustomerCredential(agenda.customer_id)
        self._state: SyncState | None = None
        self._broken = False
        self._spells: list[Spell] = []
        self._settings: tuple[str, ...] = ()

    @property
    def belongings(self) -> dict[str, Any]:
        """What deleting the customer has to do with, by the name of the field of Belongings."""
        state = self._state
        return {
            "scheduled": state is not None,
            "workflows": () if state is None else tuple(state.workflows),
            "settings": self._settings,
            "credentials": tuple(self._spells),
        }

    def begin(self, created_at: datetime) -> None:
        """Some customers are kept in step with a system of their own from some day on."""
        agenda, random = self._agenda, self._random
        if not random.chance(agenda.company.sync_share):
            return
        frequency = random.pick(_FREQUENCIES)
        runs = random.uniform(_LEAST_RUNS, _MOST_RUNS)
        when = max(created_at + random.days(0.1, 5), agenda.era.until - _EVERY[frequency] * runs)
        if when < agenda.era.until:
            agenda.at(when, lambda at: self._connect(at, frequency))

    def _connect(self, when: datetime, frequency: str) -> None:
        """The first login, and with it a schedule whose first run is due at once."""
        agenda, random = self._agenda, self._random
        call = self._call(when, _DESK)
        self._save(call)
        decided = initial_schedule(agenda.customer_id, frequency, call)
        agenda.commit(decided)
        self._state = SyncState.of(agenda.customer_id, decided)
        if random.chance(_SETS):
            wanted = random.choice(_SETTINGS)
            agenda.commit(set_values(CustomerSettings(agenda.customer_id), wanted, call))
            self._settings = tuple(wanted)
            self._state = replace(self._state, settings=wanted)
        self._plan_habit(when, frequency)
        self._await(when)

    def _plan_habit(self, when: datetime, frequency: str) -> None:
        agenda, random = self._agenda, self._random
        left = agenda.era.until - when
        habits: dict[str, Callable[[datetime], None]] = {
            "rotates": self._rotate, "errs": self._err, "rests": self._rest, "rested": self._rest_shortly,
            "asks": self._ask, "fails": self._break, "leaves": self._leave,
        }  # fmt: skip
        habit = random.pick(_HABITS)
        if habit == "fails":
            agenda.at(max(when, agenda.era.until - _EVERY[frequency]), self._break)
        elif habit != "none":
            agenda.at(when + left * random.uniform(0.3, 0.9), habits[habit])

    def _rotate(self, when: datetime) -> None:
        self._save(self._call(when, _DESK))

    def _err(self, when: datetime) -> None:
        """A new login that does not work, and the right one some minutes later."""
        self._agenda.commit(reject_credential(self._credential, "unauthorized", self._call(when, _DESK)))
        self._agenda.at(when + self._random.seconds(60, 600), self._rotate)

    def _rest(self, when: datetime) -> None:
        self._decide(pause(self._customer(), self._call(when, _DESK)))

    def _rest_shortly(self, when: datetime) -> None:
        """Left alone for a while, and asked again before the next run is due: none waits for that."""
        state = self._state
        if state is not None and state.schedule.next_due_at > when:
            self._rest(when)
            self._agenda.at(when + (state.schedule.next_due_at - when) / 2, self._resume)

    def _resume(self, when: datetime) -> None:
        self._decide(resume(self._customer(), self._call(when, _DESK)))
        self._await(when)

    def _ask(self, when: datetime) -> None:
        trigger = self._random.choice(("manual", "bulk"))
        self._decide(request_now(self._customer(), trigger, self._call(when, _DESK)))
        self._await(when)

    def _break(self, when: datetime) -> None:  # noqa: ARG002 -- as the agenda has it
        self._broken = True

    def _leave(self, when: datetime) -> None:
        """The login is taken back; nothing is asked any more."""
        self._rest(when)
        call = self._call(when, _DESK)
        self._agenda.commit(revoke_credential(self._credential, call))
        self._close_spell(when)
        self._credential = CustomerCredential(
            self._agenda.customer_id, self._credential.last, None, ended_at=when
        )

    def _save(self, call: Call) -> None:
        """A new version of the login, and the end of the one before."""
        agenda, before = self._agenda, self._credential
        login = login_of(agenda.customer_id, before.last + 1)
        changes = agenda.commit(save_credential(before, login, agenda.keys, call))
        if changes is not None:
            version = version_of(changes)
            self._close_spell(version.start)
            self._spells.append(Spell(version.version, version.start))
            self._credential = CustomerCredential(agenda.customer_id, version.version, version)

    def _close_spell(self, when: datetime) -> None:
        if self._spells:
            last = self._spells.pop()
            self._spells.append(Spell(last.version, last.start, when))

    def _await(self, when: datetime) -> None:
        """Let the run that is due next happen, when it is due, or soon where that has passed."""
        state = self._state
        if state is not None and state.schedule.status != "paused":
            due = max(state.schedule.next_due_at, when) + self._random.seconds(0.1, 5)
            self._agenda.at(due, lambda at: self._run(at, state.schedule.next_due_at))

    def _run(self, when: datetime, planned: datetime) -> None:
        """A run, unless it was planned otherwise meanwhile; one that would not end in time has not begun."""
        agenda, state = self._agenda, self._state
        if state is None or state.schedule.status == "paused" or state.schedule.next_due_at != planned:
            return
        call = self._call(when, _WORKER)
        done = synchronise(
            state, self._credential, call,
            lambda at: self._agenda.call(at, _WORKER, call.request_id),
            broken=self._broken,
        )  # fmt: skip
        if done.ended_at <= agenda.era.until:
            agenda.commit(done.changes)
            self._state = done.state
            self._await(done.ended_at)

    def _decide(self, decision: Decision) -> None:
        changes = self._agenda.commit(decision)
        if self._state is not None and changes is not None:
            self._state = self._state.after(changes)

    def _customer(self) -> Synchronised:
        schedule = None if self._state is None else self._state.schedule
        return Synchronised(self._agenda.customer_id, schedule)

    def _call(self, when: datetime, actor: str) -> Call:
        return self._agenda.call(when, actor, self._random.id())
