"""sum, avg, min, max, count, group, stddev, stdvar and quantile over float series.

Each folds the members of a group in the order of the series, for all groups and all instants at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ledgerscope.promql.engine.functions.over_time import mean_in_order
from ledgerscope.promql.engine.quantiles import quantile_of_rows
from ledgerscope.promql.engine.summation import add_compensated, sums_are_exact
from ledgerscope.promql.records import dataclass
from ledgerscope.promql.syntax.operators import AggregateOp

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledgerscope.promql.engine.aggregations.grouping import Groups
    from ledgerscope.promql.engine.compat import Compat
    from ledgerscope.promql.samples.axis import Booleans, Floats


@dataclass(frozen=True, slots=True)
class Members:
    """The input of an aggregation: series by instants, and how the series are grouped."""

    values: Floats
    present: Booleans
    groups: Groups
    compat: Compat

    @property
    def shape(self) -> tuple[int, int]:
        """Groups by instants."""
        return len(self.groups), self.values.shape[1]

    def finish(self, values: Floats) -> Floats:
        """A walk's result in the order of the groups."""
        return values[self.groups.restored]


def fold(
    members: Members,
    state: tuple[Floats, ...],
    first: Callable[[Floats], tuple[Floats | float, ...]],
    step: Callable[[tuple[Floats, ...], Floats, Floats], tuple[Floats, ...]],
) -> Floats:
    """Run `step(state, value, number seen)` over the members of every group; returns how many were seen.

    `first` gives the state that a group's first value at an instant starts from. `state` is written in place.
    """
    seen = np.zeros(members.shape)
    for running, rows in members.groups.walk():
        value, here = members.values[rows], members.present[rows]
        so_far = tuple(part[:running] for part in state)
        count = seen[:running]
        starts = here & (count == 0)
        goes_on = here & (count > 0)
        count += here
        if goes_on.any():
            for part, moved in zip(so_far, step(so_far, value, count), strict=True):
                np.copyto(part, moved, where=goes_on)
        if starts.any():
            for part, initial in zip(so_far, first(value), strict=True):
                np.copyto(part, initial, where=starts)
    return seen


def _sum(members: Members) -> Floats:
    total = np.zeros(members.shape)
    if not members.compat.compensated_aggregation or _exact(members):
        fold(members, (total,), lambda value: (value,), lambda state, value, _: (state[0] + value,))
        return members.finish(total)
    lost = np.zeros(members.shape)
    fold(
        members,
        (total, lost),
        lambda value: (value, 0.0),
        lambda state, value, _: add_compensated(state[0], state[1], value, reset_on_overflow=True),
    )
    return members.finish(total + lost)


def _avg(members: Members) -> Floats:
    if not members.compat.compensated_aggregation:
        return _incremental_mean(members)
    total, lost = np.zeros(members.shape), np.zeros(members.shape)
    count = fold(
        members,
        (total, lost),
        lambda value: (value, 0.0),
        lambda state, value, _: add_compensated(state[0], state[1], value, reset_on_overflow=True),
    )
    means = members.finish(total / count + lost / count)
    return _correct_overflow(members, means, members.finish(total))


def _incremental_mean(members: Members) -> Floats:
    """Prometheus 2: moved by each value's share of the distance; an infinity stays."""
    mean = np.zeros(members.shape)

    def step(state: tuple[Floats, ...], value: Floats, count: Floats) -> tuple[Floats, ...]:
        (so_far,) = state
        stays = np.isinf(so_far) & (np.isfinite(value) | (value == so_far))
        return (np.where(stays, so_far, so_far + (value / count - so_far / count)),)

    fold(members, (mean,), lambda value: (value,), step)
    return members.finish(mean)


def _correct_overflow(members: Members, means: Floats, totals: Floats) -> Floats:
    """Instants where the total overflowed, averaged once more value by value."""
    overflowed = ~np.isfinite(totals)
    for group, column in np.argwhere(overflowed):
        rows = np.array(members.groups.members[group])
        here = members.values[rows, column][members.present[rows, column]]
        if len(here):
            means[group, column] = mean_in_order(here.tolist())
    return means


def _extreme(better: Callable[[Floats, Floats], Booleans]) -> Callable[[Members], Floats]:
    def aggregate(members: Members) -> Floats:
        best = np.zeros(members.shape)
        fold(
            members,
            (best,),
            lambda value: (value,),
            lambda state, value, _: (
                np.where(better(value, state[0]) | np.isnan(state[0]), value, state[0]),
            ),
        )
        return members.finish(best)

    return aggregate


def _count(members: Members) -> Floats:
    return np.stack(
        [members.present[list(rows)].sum(axis=0, dtype=np.float64) for rows in members.groups.members]
    )


def _group(members: Members) -> Floats:
    return np.ones(members.shape)


def _stdvar(members: Members) -> Floats:
    spread, mean = np.zeros(members.shape), np.zeros(members.shape)
    modern = members.compat.compensated_aggregation

    def start(value: Floats) -> tuple[Floats | float, ...]:
        return (np.where(np.isfinite(value), 0.0, np.nan) if modern else 0.0, value)

    def step(state: tuple[Floats, ...], value: Floats, count: Floats) -> tuple[Floats, ...]:
        so_far, middle = state
        off = value - middle
        moved = middle + off / count
        return so_far + off * (value - moved), moved

    count = fold(members, (spread, mean), start, step)
    return members.finish(spread / count)


def _stddev(members: Members) -> Floats:
    return np.sqrt(_stdvar(members))


def _exact(members: Members) -> bool:
    return sums_are_exact(members.values[members.present], len(members.values))


def quantile(members: Members, q: Floats) -> Floats:
    """The q-quantile of each group at each instant, interpolated between neighbours."""
    return np.stack(
        [
            quantile_of_rows(members.values[list(rows)], members.present[list(rows)], q)
            for rows in members.groups.members
        ]
    )


SIMPLE: dict[AggregateOp, Callable[[Members], Floats]] = {
    AggregateOp.SUM: _sum,
    AggregateOp.AVG: _avg,
    AggregateOp.MIN: _extreme(lambda value, best: value < best),
    AggregateOp.MAX: _extreme(lambda value, best: value > best),
    AggregateOp.COUNT: _count,
    AggregateOp.GROUP: _group,
    AggregateOp.STDDEV: _stddev,
    AggregateOp.STDVAR: _stdvar,
}
