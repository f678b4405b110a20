"""Synchronisation of a customer with an outside system: its secret, its schedule and the last runs."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from ledgerscope.store.records import Credential, SyncRun, SyncSchedule, span

if TYPE_CHECKING:
    from datetime import datetime

    from ledgerscope.demo.history.agenda import Agenda

__all__ = ["write_sync"]

_EVERY: Final = {"hourly": timedelta(hours=1), "daily": timedelta(days=1), "weekly": timedelta(days=7)}
_FREQUENCIES: Final = {"hourly": 0.1, "daily": 0.6, "weekly": 0.3}
_STATUSES: Final = {"active": 0.9, "paused": 0.05, "error": 0.05}
_RUNS: Final = 8
_FAILS: Final = 0.06
_ERRORS: Final = ("timeout", "rate_limited", "bad_credentials", "upstream_error")


def write_sync(agenda: Agenda, created_at: datetime) -> None:
    """Some customers are kept in step with a system of their own."""
    random = agenda.random
    if not random.chance(agenda.company.sync_share) or created_at > agenda.era.until - timedelta(days=2):
        return
    _write_credentials(agenda, created_at)
    frequency, status = random.pick(_FREQUENCIES), random.pick(_STATUSES)
    _write_runs(agenda, created_at, frequency, status)


def _write_credentials(agenda: Agenda, created_at: datetime) -> None:
    random = agenda.random
    rotated = created_at + (agenda.era.until - created_at) * random.uniform(0.3, 0.9)
    starts = [created_at, rotated] if random.chance(0.4) else [created_at]
    for version, start in enumerate(starts, 1):
        end = starts[version] if version < len(starts) else None
        ciphertext = random.randbytes(96)
        fingerprint = sha256(ciphertext).hexdigest()[:16]
        agenda.write(
            Credential(
                agenda.tenant_id,
                agenda.customer_id,
                version,
                "key-2",
                ciphertext,
                fingerprint,
                span(start, end),
                start,
            )
        )


def _write_runs(agenda: Agenda, created_at: datetime, frequency: str, status: str) -> None:
    """The last runs, one interval apart; a schedule in error has failed since its third but last."""
    random, every = agenda.random, _EVERY[frequency]
    last = agenda.era.until - every * random.uniform(0.05, 0.95)
    attempts = [last - every * n for n in reversed(range(_RUNS)) if last - every * n > created_at]
    succeeded: datetime | None = None
    failures, error = 0, None
    for number, start in enumerate(attempts):
        broken = status == "error" and number >= len(attempts) - 3
        error = random.choice(_ERRORS) if broken or random.chance(_FAILS) else None
        end = start + random.seconds(2, 40)
        trigger = "initial" if number == 0 and len(attempts) < _RUNS else "scheduled"
        outcome = "failure" if error else "success"
        records = 0 if error else random.randrange(1, 400)
        agenda.write(
            SyncRun(
                agenda.tenant_id, random.id(), agenda.customer_id, trigger, outcome, error,
                random.randrange(1, 30), records, start, end,
            )
        )  # fmt: skip
        succeeded = succeeded if error else start
        failures = failures + 1 if error else 0
    agenda.write(
        SyncSchedule(
            agenda.tenant_id, agenda.customer_id, frequency, status, last + every,
            attempts[-1] if attempts else None, succeeded, failures, error,
        )
    )  # fmt: skip
