"""Runs due work of several companies: fairly, at most so many at once, and with signs of life.

What a worker holds is in the database only: a worker that is killed leaves claims, which end by themselves.
"""

from __future__ import annotations

import os
import queue
import socket
import time
from collections import deque
from dataclasses import dataclass, field, replace
from datetime import timedelta
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from ledgerscope.customers.decision import Refused
from ledgerscope.customers.sync.claims import LEASE, Claim, Claims, Ended
from ledgerscope.customers.sync.runs import Failure
from ledgerscope.customers.zuora.errors import ZuoraError
from ledgerscope.store.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ledgerscope.customers.operations import Operations
    from ledgerscope.customers.sync.outside import Feed, Outside
    from ledgerscope.customers.zuora import Workflow

__all__ = ["Limits", "Report", "Tally", "Worker", "worker_name"]

_BEATS: Final = 3
"""Signs of life within a lease."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Runs at once; how long a claim holds without a sign of life, which a run gives for so long at most.

    `grace`: how long runs under way may go on once the worker is told to stop.
    """

    workers: int = 4
    lease: timedelta = LEASE
    longest_run: timedelta = timedelta(minutes=30)
    grace: timedelta = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Tally:
    """What a call came to: runs by how they ended. `lost`: the claim had ended, somebody else recorded them.

    `unrecorded`: the database could not be reached; their claims end by themselves.
    """

    started: int = 0
    succeeded: int = 0
    failed: int = 0
    given_back: int = 0
    lost: int = 0
    unrecorded: int = 0
    abandoned: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """How one run ended; `problem` is an error of ours that it met, which is no failure of the outside."""

    company: str
    claim: Claim
    ended: Ended | None
    problem: Exception | None = None


@dataclass(slots=True)
class _Running:
    """A run under way in a thread of its own."""

    claims: Claims
    claim: Claim
    since: float = field(default_factory=time.monotonic)
    lost: Event = field(default_factory=Event)
    feed: Feed | None = None

    @property
    def calls(self) -> int:
        """Requests sent to the outside system so far."""
        return 0 if self.feed is None else self.feed.calls


class _Interrupted(Exception):
    """The claim was lost, or the worker stops: there is no use in reading on."""


def worker_name() -> str:
    """A name that no other process has: host, process and chance."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"


class Worker:
    """Carries out the due synchronisations of some companies, asking the outside system by `outside`.

    `report` is called for each run that ends, from the thread that calls `run_due`.
    """

    def __init__(
        self,
        companies: Sequence[Operations],
        outside: Outside,
        *,
        name: str | None = None,
        limits: Limits = Limits(),
        report: Callable[[Report], object] = bool,
    ) -> None:
        own = name or worker_name()
        self._turns = deque(Claims(each, own, lease=limits.lease) for each in companies)
        self._outside = outside
        self._limits = limits
        self._report = report
        self._stopped = Event()
        self._lock = Lock()
        self._running: dict[str, _Running] = {}
        self._news: queue.SimpleQueue[Report | None] = queue.SimpleQueue()

    def stop(self) -> None:
        """Claim nothing more; `run_due` ends when what runs has ended or, after a grace, was given back.

        May be called from a signal handler.
        """
        self._stopped.set()
        self._news.put(None)

    @property
    def stopped(self) -> bool:
        """Whether the worker was told to stop."""
        return self._stopped.is_set()

    def run_due(self, limit: int = 1_000) -> Tally:
        """Carry out what is due, company by company in turns, up to `limit` runs.

        Raises StoreError, or UnknownCompany, where nothing more could be claimed, once what runs has ended.
        """
        tally, problem, more = Tally(), None, True
        finished = Event()
        heart = Thread(target=self._beat, args=(finished,), daemon=True)
        heart.start()
        try:
            while True:
                while more and len(self._running) < self._limits.workers and not self.stopped:
                    try:
                        tally, more = self._start_next(tally)
                    except Exception as failed:  # noqa: BLE001 - raised below, when what runs has ended
                        problem, more = failed, False
                    more = more and tally.started < limit
                if not self._running:
                    break
                if self.stopped:
                    tally = self._wind_up(tally)
                    break
                tally = self._counted(tally, self._news.get())
        finally:
            finished.set()
            heart.join()
        if problem is not None:
            raise problem
        return tally

    def _start_next(self, tally: Tally) -> tuple[Tally, bool]:
        """One run of the company whose turn it is, or of the next that has one due."""
        for _ in range(len(self._turns)):
            claims = self._turns[0]
            self._turns.rotate(-1)
            claimed = claims.claim()
            if isinstance(claimed, Refused):
                raise PermissionError(claimed.reason)
            tally = replace(tally, abandoned=tally.abandoned + claimed.abandoned)
            for claim in claimed.claims:
                self._start(claims, claim)
                return replace(tally, started=tally.started + 1), True
            if claimed.abandoned:
                return tally, True  # their customers are due now
        return tally, False

    def _start(self, claims: Claims, claim: Claim) -> None:
        running = _Running(claims, claim)
        with self._lock:
            self._running[claim.run_id] = running
        Thread(target=self._carry_out, args=(running,), daemon=True).start()

    def _carry_out(self, running: _Running) -> None:
        """In a thread of its own: read, record, tell."""
        problem: Exception | None = None
        ended: Ended | Refused | None = None
        try:
            ended, problem = self._recorded(running)
        except StoreError as failed:
            problem = failed
        except Exception as failed:  # noqa: BLE001 - reported: a thread has nobody to raise to
            problem = failed
        company = running.claims.operations.caller.tenant_id
        known = None if isinstance(ended, Refused) else ended
        if isinstance(ended, Refused):
            running.lost.set()
        self._news.put(Report(company, running.claim, known, problem))

    def _recorded(self, running: _Running) -> tuple[Ended | Refused | None, Exception | None]:
        claims, claim = running.claims, running.claim
        problem: Exception | None = None
        try:
            with self._outside(claims.operations, claim.customer_id) as running.feed:
                read = [self._unless_lost(running, each) for each in running.feed.workflows()]
        except _Interrupted:
            return None, None
        except ZuoraError as failed:
            failure = Failure(failed.error_class, timedelta(seconds=failed.retry_after or 0))
        except StoreError:
            raise
        except Exception as failed:  # noqa: BLE001 - recorded and reported: the next run may do better
            failure, problem = Failure("internal"), failed
        else:
            return claims.succeed(claim, read, running.calls), None
        return claims.fail(claim, failure, running.calls), problem

    def _unless_lost(self, running: _Running, read: Workflow) -> Workflow:
        if running.lost.is_set():
            raise _Interrupted
        return read

    def _counted(self, tally: Tally, report: Report | None) -> Tally:
        if report is None:
            return tally
        with self._lock:
            running = self._running.pop(report.claim.run_id, None)
        if running is None:
            return tally  # given back before
        self._report(report)
        name = "unrecorded"
        if report.ended is not None:
            name = "succeeded" if report.ended.outcome == "success" else "failed"
        elif running.lost.is_set():
            name = "lost"
        return replace(tally, **{name: getattr(tally, name) + 1})

    def _wind_up(self, tally: Tally) -> Tally:
        """Let what runs end, as long as the grace lasts; then give it back."""
        until = time.monotonic() + self._limits.grace.total_seconds()
        while self._running and (left := until - time.monotonic()) > 0:
            try:
                tally = self._counted(tally, self._news.get(timeout=left))
            except queue.Empty:
                break
        with self._lock:
            held = [*self._running.values()]
            self._running.clear()
        for running in held:
            running.lost.set()
            tally = self._given_back(tally, running)
        return tally

    def _given_back(self, tally: Tally, running: _Running) -> Tally:
        try:
            ended = running.claims.fail(running.claim, Failure("stopped"), running.calls)
        except StoreError:
            return replace(tally, unrecorded=tally.unrecorded + 1)
        if isinstance(ended, Refused):
            return replace(tally, lost=tally.lost + 1)
        return replace(tally, given_back=tally.given_back + 1)

    def _beat(self, finished: Event) -> None:
        """In a thread of its own: signs of life for what runs, but not for what runs too long."""
        while not finished.wait(self._limits.lease.total_seconds() / _BEATS):
            oldest = time.monotonic() - self._limits.longest_run.total_seconds()
            with self._lock:
                running = [each for each in self._running.values() if each.since > oldest]
            for claims in {id(each.claims): each.claims for each in running}.values():
                _say_alive(claims, [each for each in running if each.claims is claims])


def _say_alive(claims: Claims, running: Sequence[_Running]) -> None:
    try:
        held = claims.beat([each.claim for each in running])
    except StoreError:
        return  # the next sign may get through; where none does, the claims end
    for each in running:
        if each.claim.run_id not in held:
            each.lost.set()
