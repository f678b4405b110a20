"""Customers of the company acme that are synchronised, and a worker for it."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from ledgerscope.customers.lifecycle import CreatedCustomer, Customers, NewCustomer
from ledgerscope.customers.sync import Claims, Ended, SyncDone, Syncs
from ledgerscope.customers.zuora import Workflow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ledgerscope.customers import Refused
    from ledgerscope.customers.operations import Operations
    from tests.customers.conftest import Ledger

FLOWS = (
    Workflow(workflow_id="1", name="Billing", state="Active"),
    Workflow(workflow_id="2", name="Dunning", state="Inactive"),
)


@dataclass
class Spring:
    """An outside system of our own; `fails` is raised when it is read, by customer or for everybody ("")."""

    flows: tuple[Workflow, ...] = FLOWS
    fails: dict[str, Exception] = field(default_factory=dict)
    while_reading: Callable[[str], object] = bool
    opened: list[str] = field(default_factory=list)
    calls: int = 3

    @contextmanager
    def __call__(self, _: Operations, customer_id: str) -> Iterator[_Feed]:
        self.opened.append(customer_id)
        yield _Feed(self, customer_id)


@dataclass
class _Feed:
    spring: Spring
    customer_id: str

    @property
    def calls(self) -> int:
        return self.spring.calls

    def workflows(self) -> Iterator[Workflow]:
        self.spring.while_reading(self.customer_id)
        yield from self.spring.flows
        failure = self.spring.fails.get(self.customer_id, self.spring.fails.get(""))
        if failure is not None:
            raise failure


@pytest.fixture
def spring() -> Spring:
    return Spring()


@pytest.fixture
def syncs(operations: Operations) -> Syncs:
    return Syncs(operations)


@pytest.fixture
def claims(operations: Operations) -> Claims:
    return Claims(operations, "worker-1")


@pytest.fixture
def scheduled(operations: Operations, syncs: Syncs) -> Callable[..., str]:
    """Makes a customer that is synchronised, and gives its identifier."""

    def make(name: str = "Northwind", frequency: str = "hourly") -> str:
        made = Customers(operations).create(NewCustomer(name=name))
        assert isinstance(made, CreatedCustomer)
        assert syncs.schedule(made.customer_id, frequency) == SyncDone(made.customer_id, changed=True)
        return made.customer_id

    return make


def ended(result: Ended | Refused) -> Ended:
    assert isinstance(result, Ended), result
    return result


def inconsistencies(ledger: Ledger) -> list[str]:
    """Whatever of runs, events, audit entries, jobs and schedules does not go together."""
    faults = []
    for name, query in _FAULTS.items():
        faults += [f"{name}: {tuple(row)}" for row in ledger.rows(query)]
    return faults


_PER_RUN = """
    select r.tenant_id, r.sync_run_id, r.outcome from sync_run r where
    (select count(*) from audit_log a where a.tenant_id = r.tenant_id and a.action = 'sync.{action}'
        and replace(a.details->>'run', '-', '') = replace(r.sync_run_id::text, '-', '')) <> ({expected})::int
"""
_PER_CUSTOMER = """
    select c.tenant_id, c.customer_id from customer c where
    (select count(*) from event e where e.tenant_id = c.tenant_id and e.customer_id = c.customer_id
        and e.event_type = '{event}')
    <> (select count(*) from sync_run r where r.tenant_id = c.tenant_id and r.customer_id = c.customer_id
        and {runs})
"""
_FAULTS = {
    "audit entries of starts": _PER_RUN.format(action="started", expected="true"),
    "audit entries of successes": _PER_RUN.format(
        action="succeeded", expected="r.outcome is not distinct from 'success'"
    ),
    "audit entries of failures": _PER_RUN.format(
        action="failed", expected="r.outcome is not distinct from 'failure'"
    ),
    "events of starts": _PER_CUSTOMER.format(event="SyncStarted", runs="true"),
    "events of successes": _PER_CUSTOMER.format(event="SyncSucceeded", runs="r.outcome = 'success'"),
    "events of failures": _PER_CUSTOMER.format(event="SyncFailed", runs="r.outcome = 'failure'"),
    "jobs": """
        select r.tenant_id, r.sync_run_id from sync_run r where not exists (
            select from job_run j where j.tenant_id = r.tenant_id and j.started_at = r.started_at
            and j.finished_at is not distinct from r.finished_at
            and j.error_class is not distinct from r.error_class and j.queue = 'sync'
            and j.state = case r.outcome when 'success' then 'succeeded' when 'failure' then 'failed'
                else 'running' end)
    """,
    "as many jobs as runs": """
        select (select count(*) from sync_run), (select count(*) from job_run)
        where (select count(*) from sync_run) <> (select count(*) from job_run)
    """,
    "finished jobs told": """
        select t.tenant_id from tenant t where
        (select count(*) from event e where e.tenant_id = t.tenant_id and e.event_type = 'JobFinished')
        <> (select count(*) from sync_run r where r.tenant_id = t.tenant_id and r.outcome is not null)
    """,
    "runs under way without a claim": """
        select r.tenant_id, r.sync_run_id from sync_run r where r.outcome is null and not exists (
            select from sync_schedule s where s.tenant_id = r.tenant_id
            and s.customer_id = r.customer_id and s.claimed_run_id = r.sync_run_id)
    """,
    "claims without a run under way": """
        select s.tenant_id, s.customer_id from sync_schedule s
        where s.claimed_run_id is not null and not exists (
            select from sync_run r where r.tenant_id = s.tenant_id and r.sync_run_id = s.claimed_run_id
            and r.outcome is null)
    """,
    "last success": """
        select s.tenant_id, s.customer_id from sync_schedule s where s.last_success_at is distinct from (
            select max(started_at) from sync_run r where r.tenant_id = s.tenant_id
            and r.customer_id = s.customer_id and r.outcome = 'success')
    """,
}
