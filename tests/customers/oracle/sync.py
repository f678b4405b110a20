"""Synchronisation: next run, status and score, from a list of the runs that were."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, text

from ledgerscope.customers import Refused
from ledgerscope.customers.lifecycle import CreatedCustomer, Customers, NewCustomer
from ledgerscope.customers.operations import Caller, Operations
from ledgerscope.customers.sync import Claim, Claims, Ended, Failure, Syncs
from ledgerscope.customers.zuora import Workflow

INTERVALS = {"hourly": timedelta(hours=1), "daily": timedelta(days=1), "weekly": timedelta(weeks=1)}
EPOCH = datetime(2024, 1, 1, tzinfo=UTC)  # a Monday


@dataclass
class Run:
    started: datetime
    ended: datetime
    good: bool
    calls: int


@dataclass
class Synced:
    owner: Engine
    app: Engine
    company: str
    seed: int
    found: list[str] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    shapes: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    story: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.zone = ZoneInfo(self.chance.choice(("Europe/Vienna", "Pacific/Auckland", "America/Havana")))
        self.now = datetime(2024, self.chance.choice((1, 2, 3, 10)), 27, 3, 17, tzinfo=UTC)
        with self.owner.begin() as connection:
            connection.execute(
                text(
                    "insert into tenant (tenant_id, name, timezone, base_currency, created_at)"
                    " values (:t, :t, :z, 'EUR', :n)"
                ),
                {"t": self.company, "z": self.zone.key, "n": self.now},
            )
        self.anna = Operations(self.app, Caller(tenant_id=self.company, actor="anna"), clock=lambda: self.now)
        made = Customers(self.anna).create(NewCustomer(name="Ada"))
        assert isinstance(made, CreatedCustomer)
        self.who = made.customer_id
        self.syncs, self.claims = Syncs(self.anna), Claims(self.anna, "worker")
        self.frequency = self.chance.choice(list(INTERVALS))
        self.syncs.schedule(self.who, self.frequency)
        self.runs: list[Run] = []
        self.failures, self.paused, self.workflows, self.active = 0, False, 0, 0
        self.places: set[timedelta] = set()

    def same(self, what: str, expected: object, actual: object) -> None:
        self.done[what] += 1
        if expected != actual:
            self.found.append(
                f"seed {self.seed} {self.now} {self.frequency}: {what}: expected {expected}, was {actual}"
            )

    def step(self) -> None:
        chance = self.chance.random()
        if chance < 0.1:
            act = self.chance.choice(("pause", "resume"))
            result = getattr(self.syncs, act)(self.who)
            self.story.append(f"{self.now} {act} {result}")
            self.same(f"{act} changed", self.paused != (act == "pause"), getattr(result, "changed", result))
            if act == "resume" and self.paused:
                self.failures = 0  # the documents do not say so
            self.paused = act == "pause"
            return
        if chance < 0.2:
            result = self.syncs.request_now(self.who)
            self.same(
                "request while paused is refused or not done",
                True,
                not self.paused or isinstance(result, Refused),
            )
            if self.paused:
                return
        seen = self.syncs.status(self.who)
        assert not isinstance(seen, Refused)
        claimed = self.claims.claim(5)
        assert not isinstance(claimed, Refused)
        due = seen.next_due_at <= self.now and not self.paused
        self.same("claimed when due", due, bool(claimed.runs))
        if claimed.runs:
            self.carry_out(claimed.runs[0])
        self.now += self.chance.choice(
            (
                timedelta(minutes=4),
                timedelta(minutes=11),
                timedelta(hours=1),
                timedelta(hours=26),
                timedelta(days=8),
            )
        )

    def carry_out(self, run: dict[str, str]) -> None:
        started = self.now
        self.now += timedelta(seconds=self.chance.choice((1, 20, 70)))
        claim = Claim(run["run_id"], run["customer_id"])
        calls = self.chance.choice((1, 5, 4000))
        interval = INTERVALS[self.frequency]
        if self.chance.random() < 0.5:
            states = [self.chance.choice(("Active", "Inactive")) for _ in range(self.chance.randrange(3))]
            read = [Workflow(workflow_id=str(n), name=f"W{n}", state=state) for n, state in enumerate(states)]
            ended = self.claims.succeed(claim, read, calls)
            assert isinstance(ended, Ended), ended
            self.runs.append(Run(started, self.now, True, calls))
            self.failures, self.workflows, self.active = 0, len(states), states.count("Active")
            seen = self.syncs.status(self.who)
            assert not isinstance(seen, Refused)
            after = (seen.next_due_at - started) / interval
            self.shapes["intervals to the next run"][f"{after:.1f}"] += 1
            self.same("about one interval after the start", True, 0.5 <= after <= 1.5)
            self.places.add((seen.next_due_at - EPOCH) % interval)
            self.same("a place of its own", True, max(self.places) - min(self.places) < timedelta(seconds=1))
            return
        wait = self.chance.choice(
            (timedelta(0), timedelta(0), timedelta(minutes=40), timedelta(hours=2), timedelta(hours=20))
        )
        ended = self.claims.fail(claim, Failure("unavailable", wait), calls)
        if not isinstance(ended, Ended):
            self.found.append(f"fail: {ended}")
            return
        self.runs.append(Run(started, self.now, False, calls))
        self.failures += 1
        backoff = min(timedelta(minutes=5) * 2 ** (self.failures - 1), timedelta(minutes=1440), interval)
        seen = self.syncs.status(self.who)
        assert not isinstance(seen, Refused)
        waited = seen.next_due_at - self.now
        least, most = (max(min(backoff * part, interval), wait) for part in (0.75, 1.25))
        self.same(f"back-off after {self.failures}, {waited}", True, least <= waited <= most)

    def check(self) -> None:
        seen, health = self.syncs.status(self.who), self.syncs.health(self.who)
        assert not isinstance(seen, Refused)
        assert not isinstance(health, Refused)
        self.same("failures", self.failures, seen.failures)
        status = "paused" if self.paused else "error" if self.failures >= 3 else "active"
        self.same("status", status, seen.status)
        good = [run for run in self.runs if run.good]
        success = good[-1].started if good else None
        self.same("last success", success, seen.last_success_at)
        self.same("last attempt", self.runs[-1].started if self.runs else None, seen.last_attempt_at)
        month = self.now.astimezone(self.zone).strftime("%Y-%m")
        calls = sum(
            run.calls for run in self.runs if run.started.astimezone(self.zone).strftime("%Y-%m") == month
        )
        self.same("calls this month", calls, health.figures.api_calls_this_month)
        self.same(
            "workflows",
            (self.workflows, self.active),
            (health.figures.total_workflows, health.figures.active_workflows),
        )
        late = [run for run in self.runs if run.ended > self.now - timedelta(days=30)]
        rate = sum(run.good for run in late) / len(late) if late else None
        self.same("rate", rate, health.figures.sync_success_rate)
        if rate is None:
            self.shapes["no runs of 30 days"][f"runs before {bool(self.runs)}: score {health.score}"] += 1
            return
        fresh = success is not None and self.now - success < timedelta(days=7)
        score = 0.4 * rate + 0.2 * (self.active > 0) + 0.2 * fresh + 0.2 * (calls < 10_000)
        self.same("score", round(score, 6), health.score)
        self.same("is low", score < 0.7 - 1e-9, health.is_low)

    def run(self, steps: int = 40) -> None:
        for _ in range(steps):
            self.step()
            self.check()
