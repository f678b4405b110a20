"""Our rules over values that our collectors read: which alerts fire over a stretch of simulated time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from collectors.base import Distribution
from collectors.registry import COLLECTORS, create
from ledgerscope.promql.engine.engine import Engine as PromQL
from ledgerscope.promql.rules.alert_states import State
from ledgerscope.promql.rules.load import load_rules
from ledgerscope.promql.rules.plan import RulePlan
from ledgerscope.promql.rules.run import evaluate_rules
from ledgerscope.promql.samples.axis import Axis
from ledgerscope.promql.samples.labels import Labels
from ledgerscope.promql.samples.storage import Storage
from ledgerscope.store.engine import EXPORTER, create_engine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from sqlalchemy import URL

    from collectors.base import Reading

RULES = Path(__file__).parents[2] / "rules" / "generated"
WORTH_A_LOOK = ("warning", "critical")
INSTANCE = {"job": "ledgerscope", "instance": "demo:9108"}


@dataclass(frozen=True, order=True)
class Fired:
    """An alert that fired, and for whom first."""

    name: str
    severity: str
    labels: str


@cache
def plan() -> RulePlan:
    """All our generated rules."""
    return RulePlan.of([group for path in sorted(RULES.glob("*.yml")) for group in load_rules(path)])


@cache
def plan_of(*alerts: str) -> RulePlan:
    """The rules of some alerts, and those that they read."""
    every = plan()
    wanted = {placed.order for placed in every.rules if placed.rule.name in alerts}
    pending = list(wanted)
    while pending:
        read = {order for orders in every.writers[pending.pop()] for order in orders} - wanted
        wanted |= read
        pending += read
    rules = [placed for placed in every.rules if placed.order in wanted]
    return RulePlan(tuple(replace(placed, order=order) for order, placed in enumerate(rules)))


def longest_hold(rules: RulePlan) -> timedelta:
    """How long the most patient of the alerts waits before it fires."""
    return timedelta(milliseconds=max(placed.alert.for_ms for placed in rules.rules if placed.alert))


def areas_of(rules: RulePlan) -> tuple[str, ...]:
    """The areas that serve what the rules read; all where that is what the exporter says of itself."""
    read = frozenset[str]().union(*(names or () for names in rules.names))
    serving = [one.name for one in COLLECTORS if any(read.intersection(m.series_names) for m in one.metrics)]
    return tuple(serving) or tuple(one.name for one in COLLECTORS)


def watch(
    url: URL,
    start: datetime,
    step: timedelta,
    count: int,
    before: Callable[[datetime], None],
    rules: RulePlan,
) -> set[Fired]:
    """Collect what the rules read at `count` instants, each after `before` brought the business there."""
    storage = Storage()
    engine = create_engine(url, EXPORTER, pool_size=1).execution_options(isolation_level="REPEATABLE READ")
    collectors = create(areas_of(rules))
    try:
        for number in range(count):
            at = start + number * step
            before(at)
            with engine.connect() as connection:
                for collector in collectors:
                    for reading in collector.collect(connection, at):
                        _store(storage, reading, at)
                    _self_metrics(storage, collector.name, collector.misplaced, at)
    finally:
        engine.dispose()
    axis = Axis(_ms(start), int(step.total_seconds() * 1000), count)
    evaluation = evaluate_rules(rules, storage, PromQL(), axis)
    assert evaluation.failures == ()
    return {
        Fired(history.placed.rule.name, labels["severity"], str(labels))
        for history in evaluation.alerts
        for instance in history.instances
        if (labels := instance.labels.as_dict()).get("severity") in WORTH_A_LOOK
        and any(instance.state(place) is State.FIRING for place in range(count))
    }


def _store(storage: Storage, reading: Reading, at: datetime) -> None:
    labels = dict(zip(reading.metric.label_names, reading.labels, strict=True)) | INSTANCE
    for suffix, extra, value in _samples(reading):
        name = {"__name__": reading.metric.name + suffix}
        storage.append_sample(Labels(labels | extra | name), _ms(at), value)


def _samples(reading: Reading) -> Iterator[tuple[str, dict[str, str], float]]:
    if not isinstance(reading.value, Distribution):
        yield "", {}, reading.value
        return
    bounds = (*(f"{bound:g}" for bound in reading.metric.buckets), "+Inf")
    for bound, count in zip(bounds, reading.value.cumulative, strict=True):
        yield "_bucket", {"le": bound}, float(count)
    yield "_sum", {}, reading.value.sum
    yield "_count", {}, float(reading.value.count)


def _self_metrics(storage: Storage, collector: str, misplaced: int, at: datetime) -> None:
    values = {
        "ledgerscope_collector_misplaced_events": float(misplaced),
        "ledgerscope_collector_consecutive_failures": 0.0,
    }
    for name, value in values.items():
        storage.append_sample(Labels({"__name__": name, "collector": collector} | INSTANCE), _ms(at), value)
    storage.append_sample(Labels({"__name__": "up"} | INSTANCE), _ms(at), 1.0)


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
