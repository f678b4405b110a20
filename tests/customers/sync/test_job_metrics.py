"""Runs are jobs of the queue `sync`: what a collection shows of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from collectors.jobs import JobsCollector
from ledgerscope.customers.sync import LEASE, Claimed, Claims, Failure
from tests.customers.sync.conftest import FLOWS

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine

    from ledgerscope.customers.sync import Claim, Syncs
    from tests.customers.conftest import Clock, Ledger

WORDS = tuple(f"telecom_billing_jobs_{word}" for word in ("running", "stuck", "failed", "total"))


def shown(exporter: Engine, clock: Clock) -> dict[tuple[str, ...], Any]:
    """What a collection shows of the queue, by name and labels without company and queue, but for zeros."""
    with exporter.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        return {
            (one.metric.name, *one.labels[2:]): one.value
            for one in JobsCollector().collect(connection, clock.now)
            if one.labels[:2] == ("acme", "sync") and isinstance(one.value, int | float) and one.value
        }


def begun(claims: Claims) -> Claim:
    claimed = claims.claim()
    assert isinstance(claimed, Claimed)
    return claimed.claims[0]


def test_runs_are_counted_by_how_they_ended_and_a_hung_one_is_stuck(
    claims: Claims, scheduled: Callable[..., str], exporter: Engine, clock: Clock
) -> None:
    scheduled()
    running, stuck, failed, total = WORDS
    run = begun(claims)
    assert shown(exporter, clock) == {(running,): 1}
    clock.forward(seconds=5)
    claims.fail(run, Failure("timeout"), 1)
    assert shown(exporter, clock) == {(failed,): 1, (total, "sync-customer", "failed"): 1}
    clock.forward(hours=1)
    claims.succeed(begun(claims), FLOWS, 1)
    both: dict[tuple[str, ...], Any] = {
        (total, "sync-customer", "failed"): 1,
        (total, "sync-customer", "completed"): 1,
    }
    assert shown(exporter, clock) == both, "a job whose next try succeeded has not failed"
    clock.forward(hours=2)
    begun(claims)
    clock.forward(seconds=3 * LEASE.total_seconds())
    assert shown(exporter, clock) == {**both, (running,): 1, (stuck,): 1}
    claims.claim()
    assert shown(exporter, clock) == {**both, (total, "sync-customer", "failed"): 2, (failed,): 1}


def test_the_job_after_a_pause_has_waited_since_the_resumption(
    claims: Claims, syncs: Syncs, scheduled: Callable[..., str], ledger: Ledger, clock: Clock
) -> None:
    customer = scheduled()
    syncs.pause(customer)
    clock.forward(days=100)
    syncs.resume(customer)
    resumed = clock.now
    clock.forward(seconds=7)
    begun(claims)
    (job,) = ledger.rows("select enqueued_at, started_at from job_run")
    assert tuple(job) == (resumed, clock.now)
