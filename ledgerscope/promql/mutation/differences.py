"""Where a rule and its mutant differ over the same input: the first instant, and what would be seen there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledgerscope.promql.rules.alert_states import State
from ledgerscope.promql.samples.labels import METRIC_NAME
from ledgerscope.promql.syntax.ast import Matcher
from ledgerscope.promql.syntax.operators import MatchOp

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from ledgerscope.promql.rules.placed import Placed
    from ledgerscope.promql.rules.run import Evaluation
    from ledgerscope.promql.samples.labels import Labels


def differing_steps(placed: Placed, original: Evaluation, mutated: Evaluation) -> Iterator[int]:
    """Steps at which a test may see a difference in what the rule does: the likeliest first."""
    if placed.alert is not None:
        yield from _of_alerts(placed.rule.name, original, mutated)
    else:
        yield from _of_series(placed.rule.name, original, mutated)


def _of_alerts(name: str, original: Evaluation, mutated: Evaluation) -> Iterator[int]:
    before, after = _firing(name, original), _firing(name, mutated)
    never = np.zeros(original.axis.count, dtype=bool)
    changed = never.copy()
    for labels in before.keys() | after.keys():
        changed |= before.get(labels, never) != after.get(labels, never)
    if changed.any():
        yield int(np.argmax(changed))
        return
    values = _values(name, original), _values(name, mutated)
    for labels in before:
        both = before[labels] & ~_same(values[0][labels], values[1][labels])
        changed |= both
    if changed.any():
        yield int(np.argmax(changed))


def _firing(name: str, evaluation: Evaluation) -> Mapping[Labels, NDArray[np.bool_]]:
    found: dict[Labels, NDArray[np.bool_]] = {}
    for history in evaluation.named(name):
        for instance in history.instances:
            fires = instance.states(history.axis.count) == State.FIRING
            if fires.any():
                found[instance.labels] = found.get(instance.labels, np.zeros_like(fires)) | fires
    return found


def _values(name: str, evaluation: Evaluation) -> Mapping[Labels, NDArray[np.float64]]:
    return {
        instance.labels: instance.values_over(history.axis.count)
        for history in evaluation.named(name)
        for instance in history.instances
    }


def _same(left: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.bool_]:
    same: NDArray[np.bool_] = (left == right) | (np.isnan(left) & np.isnan(right))
    return same


def _of_series(name: str, original: Evaluation, mutated: Evaluation) -> Iterator[int]:
    before, after = _recorded(name, original), _recorded(name, mutated)
    times = [_first_change(before.get(labels, {}), after.get(labels, {})) for labels in before.keys() | after]
    found = [at_ms for at_ms in times if at_ms is not None]
    axis = original.axis
    if found:
        yield min((min(found) - axis.start_ms) // axis.step_ms, axis.count - 1)


def _recorded(name: str, evaluation: Evaluation) -> Mapping[Labels, Mapping[int, int]]:
    """The bits of what was written, for a stale marker is another NaN than that of a division."""
    matcher = (Matcher(METRIC_NAME, MatchOp.EQUAL, name),)
    return {
        samples.labels: dict(
            zip(samples.times.tolist(), samples.values.view(np.uint64).tolist(), strict=True)
        )
        for samples in evaluation.storage.select(matcher)
    }


def _first_change(before: Mapping[int, int], after: Mapping[int, int]) -> int | None:
    changed = [at for at in before.keys() | after.keys() if before.get(at) != after.get(at)]
    return min(changed, default=None)
