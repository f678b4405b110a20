"""What surrounds a customer, in memory: its login, settings, synchronisation, grants and imported rows.

Each act decides, checks the decision against what a plain model says, and keeps what was decided.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from ledgerscope.customers import Refused
from ledgerscope.customers.access.grants import give_grant, revoke_grant
from ledgerscope.customers.credentials import CredentialKeys
from ledgerscope.customers.credentials.encryption import Place, unseal
from ledgerscope.customers.credentials.versions import (
    Access,
    CustomerCredential,
    Version,
    log_access,
    reject_credential,
    revoke_credential,
    save_credential,
)
from ledgerscope.customers.lifecycle.profile import CHANGEABLE
from ledgerscope.customers.settings.changes import CustomerSettings, set_values, unset_keys
from ledgerscope.customers.settings.known import DEFAULTS
from ledgerscope.customers.sync.runs import Failure, Patience, begin_run, end_failed, end_succeeded
from ledgerscope.customers.sync.schedules import pause, request_now, resume, set_frequency
from ledgerscope.customers.sync.state import ClaimedRun, Schedule, Synchronised
from ledgerscope.customers.transfers.rows import Known, Shelf, WantedRow, decide_row
from ledgerscope.customers.zuora import Login
from ledgerscope.store.changes import Update
from ledgerscope.store.records import (
    AuditEntry,
    Credential,
    Customer,
    CustomerGrant,
    SyncSchedule,
    derive_id,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledgerscope.customers import Call, Decision

__all__ = ["ACTS", "Connected", "accepted"]

TENANT: Final = "acme"
KEYS: Final = CredentialKeys("k", {"k": b"k" * 32})
SHELF: Final = Shelf(import_batch_id=derive_id("batch"), currencies=("EUR",), base_currency="EUR")
PATIENCE: Final = Patience(error_after=3, longest=timedelta(hours=4))
FREQUENCIES: Final = ("hourly", "daily", "weekly", "never")
WANTED: Final[tuple[dict[str, Any], ...]] = (
    {"export.format": "json"},
    {"export.format": "csv", "thresholds.health_score": 0.5},
    {"thresholds.health_score": 7},
    {"no.such": 1},
)


def accepted(decision: Decision, *, silent: bool = False, entries: int = 1) -> bool:
    """Whether something was decided; what changes has its audit entries, and events unless it is `silent`."""
    if isinstance(decision, Refused):
        return False
    found = sum(isinstance(row, AuditEntry) for row in decision.rows)
    assert found == (entries if decision.rows else 0)
    assert bool(decision.events) == (bool(decision.rows) and not silent)
    return bool(decision.rows)


@dataclass
class Connected:
    """The model: what was saved, set, scheduled, granted and imported."""

    customer_id: str
    login: Login | None = None
    credential: CustomerCredential = field(init=False)
    chosen: dict[str, Any] = field(default_factory=dict)
    was_set: set[str] = field(default_factory=set)
    schedule: Schedule | None = None
    run: ClaimedRun | None = None
    grants: dict[str, str] = field(default_factory=dict)
    imported: dict[str, Known] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.credential = CustomerCredential(self.customer_id)

    def check(self, now: datetime) -> None:
        """What must hold after every decision."""
        current = self.credential.current
        assert (current is None) == (self.login is None)
        if current is not None:
            assert (
                unseal(KEYS, Place(TENANT, self.customer_id, current.version), current.ciphertext)
                == self.login
            )
            assert current.version == self.credential.last
        if self.schedule is not None:
            assert (self.schedule.claimed_run_id is None) == (self.run is None)
            assert self.schedule.next_due_at <= now + timedelta(days=14), "it is always due again"
            assert (self.schedule.last_success_at or now) <= now
            if self.schedule.status == "error":
                assert self.schedule.failures >= PATIENCE.error_after

    @property
    def settings(self) -> CustomerSettings:
        """As decisions meet them."""
        return CustomerSettings(
            self.customer_id, dict(self.chosen), frozenset(self.was_set - self.chosen.keys())
        )

    @property
    def synchronised(self) -> Synchronised:
        """As decisions meet it."""
        return Synchronised(self.customer_id, self.schedule)


def _save(world: Connected, call: Call, choice: int, amount: int) -> None:
    if choice == 11:
        before = world.credential
        assert accepted(reject_credential(before, "unauthorized", call))
        assert world.credential == before
        return
    login = Login("https://rest.zuora.com", "client-1", f"secret-{amount}")
    decided = save_credential(world.credential, login, KEYS, call)
    assert accepted(decided) == (login != world.login)
    for row in () if isinstance(decided, Refused) else decided.rows:
        if isinstance(row, Update):
            assert row.values["ciphertext"] == b"", "no secret is kept that is not in use"
        elif isinstance(row, Credential):
            start = datetime.fromisoformat(row.valid[1:].partition(",")[0])
            version = Version(row.version, start, row.key_id, row.ciphertext, row.fingerprint)
            world.credential = replace(world.credential, current=version, last=row.version)
    world.login = login


def _revoke(world: Connected, call: Call, choice: int, amount: int) -> None:
    del amount
    in_use = world.credential.in_use
    if choice % 3:
        assert isinstance(in_use, Refused) == (world.login is None)
        if not isinstance(in_use, Refused):
            assert accepted(log_access(world.credential, in_use, Access(action="support"), call))
        return
    decided = revoke_credential(world.credential, call)
    assert accepted(decided) == (world.login is not None)
    if not isinstance(decided, Refused):
        (end, _) = decided.rows
        assert isinstance(end, Update)
        ended_at = datetime.fromisoformat(end.values["valid"].partition(",")[2][:-1])
        world.credential = replace(world.credential, current=None, ended_at=ended_at)
        world.login = None


def _set(world: Connected, call: Call, choice: int, amount: int) -> None:
    before, wanted = dict(world.chosen), WANTED[choice % len(WANTED)]
    if amount == 50:
        keys = [key for key in wanted if key in DEFAULTS]
        decided: Decision = unset_keys(world.settings, keys, call)
        for key in keys:
            world.chosen.pop(key, None)
    else:
        decided = set_values(world.settings, wanted, call)
        world.chosen |= {} if isinstance(decided, Refused) else wanted
        assert isinstance(decided, Refused) == (choice % len(WANTED) > 1)
    differing = {
        key for key in {*before, *world.chosen} if before.get(key, key) != world.chosen.get(key, key)
    }
    assert accepted(decided) == bool(differing)
    world.was_set |= differing
    if not isinstance(decided, Refused):
        assert len(decided.events) == len(differing)


def _schedule(world: Connected, call: Call, choice: int, amount: int) -> None:
    before = world.schedule
    if amount == 50:
        decided, wanted = pause(world.synchronised, call), before is not None and before.status != "paused"
    elif amount == 100:
        decided, wanted = resume(world.synchronised, call), before is not None and before.status == "paused"
    elif amount == 250:
        decided = request_now(world.synchronised, "manual", call)
        wanted = before is not None and before.status != "paused" and before.requested_trigger is None
    else:
        frequency = FREQUENCIES[choice % len(FREQUENCIES)]
        decided = set_frequency(world.synchronised, frequency, call)
        wanted = frequency != "never" and (before is None or before.frequency != frequency)
    assert accepted(decided) == wanted
    _keep_schedule(world, decided)


def _run(world: Connected, call: Call, choice: int, amount: int) -> None:
    schedule, run, at = world.schedule, world.run, call.moment.at
    if schedule is None:
        return
    if run is None:
        if schedule.status != "paused" and schedule.next_due_at <= at:
            run = ClaimedRun(
                world.customer_id, call.new_id("run"), schedule.requested_trigger or "scheduled", at
            )
            until = at + timedelta(minutes=5)
            decided = begin_run(world.customer_id, schedule, run, "w", until, choice, call)
            assert accepted(decided)
            _keep_schedule(world, decided)
            world.run = run
        return
    error = None if choice % 2 else ("timeout", "stopped", "abandoned", "rate_limited")[choice // 2 % 4]
    if error is None:
        decided = end_succeeded(schedule, run, 1, amount, call)
    else:
        failure = Failure(error, timedelta(minutes=amount))
        decided = end_failed(schedule, run, failure, 1, PATIENCE, call)
    assert accepted(decided)
    assert len(decided.events) == 2, "of the run, and of the job"
    _keep_schedule(world, decided)
    world.run = None
    ended = world.schedule
    assert ended is not None
    expected = 0 if error is None else schedule.failures + (error != "stopped")
    assert (ended.failures, ended.requested_trigger) == (expected, schedule.requested_trigger)


def _keep_schedule(world: Connected, decided: Decision) -> None:
    for row in () if isinstance(decided, Refused) else decided.rows:
        if isinstance(row, SyncSchedule):
            world.schedule = Schedule(
                frequency=row.frequency, status=row.status, next_due_at=row.next_due_at,
                requested_trigger=row.requested_trigger,
            )  # fmt: skip
        elif isinstance(row, Update) and row.kind is SyncSchedule:
            assert world.schedule is not None
            values = {"failures" if name == "backoff" else name: value for name, value in row.values.items()}
            for name in ("claimed_by", "claimed_until", "last_error_class"):
                values.pop(name, None)
            world.schedule = replace(world.schedule, **values)


def _grant(world: Connected, call: Call, choice: int, amount: int) -> None:
    actor = f"u-{choice % 3}"
    held = world.grants.get(actor)
    if amount >= 100:
        decided = revoke_grant(world.customer_id, actor, held, call)
        assert accepted(decided) == (held is not None)
        world.grants.pop(actor, None)
        return
    decided = give_grant(world.customer_id, actor, held, call)
    assert accepted(decided) == (held is None)
    for row in () if isinstance(decided, Refused) else decided.rows:
        if isinstance(row, CustomerGrant):
            world.grants[actor] = row.grant_id


def _import(world: Connected, call: Call, choice: int, amount: int) -> None:
    external_id = f"X-{choice % 3}"
    named: dict[str, Any] = {"external_id": external_id, "name": f"N{amount}", "terms_days": amount}
    wanted = named if choice < 8 else {"external_id": external_id, "terms_days": -1}
    known = world.imported.get(external_id)
    number = f"C-{len(world.imported) + 1:06}"
    decided = decide_row(WantedRow(choice + 2, wanted), known, SHELF, number, None, call)
    if wanted is not named:
        assert decided.kind == "failed"
    elif known is None:
        assert decided.kind == "created"
    else:
        same = all(known.values[name] == value for name, value in wanted.items())
        assert decided.kind == ("unchanged" if same else "updated")
    assert accepted(decided.changes) == (decided.kind in {"created", "updated"})
    assert bool(decided.problems) == (decided.kind == "failed")
    for row in decided.changes.rows:
        if isinstance(row, Customer):
            values = {name: getattr(row, name) for name in CHANGEABLE}
            assert {name: values[name] for name in wanted} == wanted
            world.imported[external_id] = Known(row.customer_id, values)
        elif isinstance(row, Update) and row.kind is Customer:
            assert known is not None
            values = {name: value for name, value in row.values.items() if name in CHANGEABLE}
            assert values.items() <= wanted.items()
            world.imported[external_id] = replace(known, values={**known.values, **values})


ACTS: Final[tuple[Callable[[Connected, Call, int, int], None], ...]] = (
    _save, _revoke, _set, _schedule, _run, _run, _grant, _import,
)  # fmt: skip
"""Each with a customer, a call, a choice from 0 to 11, and one of the amounts 1, 7, 50, 100 and 250."""
