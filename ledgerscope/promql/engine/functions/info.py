"""info(): series enriched with the labels of the info series that describe the same target.

An info series describes a base series if both have the same `instance` and `job`. It is looked up at the time
the base series was, so `@` and `offset` inside the argument move both.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from ledgerscope.promql.engine.operations.setops import concatenate
from ledgerscope.promql.engine.selectors import Newest, newest
from ledgerscope.promql.errors import EvaluationError
from ledgerscope.promql.records import dataclass
from ledgerscope.promql.samples.labels import METRIC_NAME, Labels
from ledgerscope.promql.samples.values import Value, Vector, merge_equal
from ledgerscope.promql.syntax.ast import Matcher, Subquery, VectorSelector, children
from ledgerscope.promql.syntax.matching import matches
from ledgerscope.promql.syntax.operators import MatchOp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledgerscope.promql.engine.evaluator import Evaluator
    from ledgerscope.promql.samples.axis import Booleans, Integers
    from ledgerscope.promql.syntax.ast import Call, Expr

_IDENTIFYING = frozenset({"instance", "job"})
_EXCLUDING = frozenset({MatchOp.NOT_EQUAL, MatchOp.NOT_REGEX})
_ANY_INFO = Matcher(METRIC_NAME, MatchOp.REGEX, ".+_info")
_TARGET_INFO = Matcher(METRIC_NAME, MatchOp.EQUAL, "target_info")


def info(evaluator: Evaluator, call: Call) -> Value:
    """The first argument's series with data labels; the second chooses info metrics and labels."""
    base = evaluator.vector(call.args[0])
    selector = call.args[1] if len(call.args) > 1 else None
    matchers = selector.matchers if isinstance(selector, VectorSelector) else ()
    names = tuple(matcher for matcher in matchers if matcher.name == METRIC_NAME)
    wanted = _Wanted(names, tuple(matcher for matcher in matchers if matcher.name != METRIC_NAME))
    sources = _sources(evaluator, call.args[0], base, wanted, explicit=selector is not None)
    result = Vector.empty(evaluator.axis)
    for row in range(len(base)):
        single = base.take([row])
        is_source = wanted.is_source(base.labels[row], explicit=selector is not None)
        result = concatenate(result, single if is_source else _enriched(single, sources, wanted))
    return merge_equal(result.seen())


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Which info metrics, and which of their labels."""

    names: tuple[Matcher, ...]
    data: tuple[Matcher, ...]

    def is_source(self, labels: Labels, *, explicit: bool) -> bool:
        """Whether a base series is itself one of the info series asked for."""
        names = () if explicit and not self.names else self.source_names
        return bool(names) and all(matches(matcher, labels.name) for matcher in names)

    @property
    def source_names(self) -> tuple[Matcher, ...]:
        """How info metrics are found by name: whoever only excludes some means the others named `*_info`."""
        if not self.names:
            return (_TARGET_INFO,)
        only_excludes = all(matcher.op in _EXCLUDING for matcher in self.names)
        return (*self.names, _ANY_INFO) if only_excludes else self.names

    @property
    def takes_unmatched(self) -> bool:
        """Whether a series without any info series stays."""
        return all(matches(matcher, "") for matcher in self.data)

    def labels_of(self, source: Labels, base: Labels) -> dict[str, str]:
        """What a base series takes over."""
        chosen = {matcher.name for matcher in self.data}
        return {
            name: value
            for name, value in source
            if name != METRIC_NAME and name not in base and (not chosen or name in chosen)
        }


@dataclass(frozen=True, slots=True)
class _Sources:
    """The info series: what is in sight of each at every instant, and when it was taken."""

    found: Newest
    rows: dict[tuple[str, Labels], list[int]]

    def choices(self, labels: Labels) -> list[Integers]:
        """For each info metric that may describe the labels, its series at each instant (or -1)."""
        target = labels.keep(_IDENTIFYING)
        return [self._choice(rows) for (_, identity), rows in self.rows.items() if identity is target]

    def _choice(self, rows: list[int]) -> Integers:
        """The newest of several series; two equally new ones contradict each other."""
        present = self.found.present[rows]
        taken = np.where(present, self.found.times()[rows], -np.inf)
        newest_ = taken.max(axis=0)
        clash = ((taken == newest_) & present).sum(axis=0) > 1
        if clash.any():
            column = int(np.argmax(clash))
            self._refuse([row for row, here in zip(rows, present[:, column], strict=True) if here], column)
        return np.where(present.any(axis=0), np.array(rows)[np.argmax(taken, axis=0)], -1)

    def _refuse(self, rows: list[int], column: int) -> None:
        at = int(self.found.times()[rows[0], column])
        one, other = sorted(self.found.series[row].labels for row in rows)[:2]
        raise EvaluationError(
            f"found duplicate series for info metric: existing {one} @ {at}, new {other} @ {at}"
        )


def _sources(
    evaluator: Evaluator, argument: Expr, base: Vector, wanted: _Wanted, *, explicit: bool
) -> _Sources:
    targets = [labels for labels in base.labels if not wanted.is_source(labels, explicit=explicit)]
    matchers = [*wanted.source_names, *wanted.data]
    known = False
    for name in sorted(_IDENTIFYING):
        values = dict.fromkeys(labels.get(name) for labels in targets if labels.get(name))
        if values:
            known = True
            matchers.append(Matcher(name, MatchOp.REGEX, "|".join(map(re.escape, values))))
    series = evaluator.series(tuple(matchers)) if known else []
    found = newest(evaluator, series, _looked_at(evaluator, argument))
    if found.histograms() is not None:
        raise EvaluationError("info sample should be float")
    rows: dict[tuple[str, Labels], list[int]] = {}
    for row, samples in enumerate(found.series):
        rows.setdefault((samples.labels.name, samples.labels.keep(_IDENTIFYING)), []).append(row)
    return _Sources(found, rows)


def _looked_at(evaluator: Evaluator, argument: Expr) -> Integers:
    """The times at which the first selector of the argument is read."""
    times = evaluator.axis.times
    for node in _path(argument):
        if isinstance(node, Subquery | VectorSelector):
            if node.at is not None:
                times = np.full(len(times), evaluator.bound(node.at), dtype=np.int64)
            times = times - evaluator.durations.offset_ms(node.offset_ms, node.offset_expr)
    return times


def _path(node: Expr) -> Iterator[Expr]:
    """From the node down to its first selector."""
    yield node
    while below := children(node):
        node = below[0]
        yield node


def _enriched(base: Vector, sources: _Sources, wanted: _Wanted) -> Vector:
    """One base series, as several where its info series change over time."""
    (labels,) = base.labels
    choices = sources.choices(labels)
    if not choices:
        return base if wanted.takes_unmatched else Vector.empty(base.axis)
    result = Vector.empty(base.axis)
    patterns, which = np.unique(np.stack(choices), axis=1, return_inverse=True)
    for place, pattern in enumerate(patterns.T):
        here = which.reshape(-1) == place
        used = [sources.found.series[row].labels for row in pattern if row >= 0]
        if used or wanted.takes_unmatched:
            result = concatenate(result, _relabelled(base, _taken(labels, used, wanted), here))
    return result.seen()


def _relabelled(base: Vector, added: dict[str, str], here: Booleans) -> Vector:
    labels = (base.labels[0].merge(added),)
    return Vector(base.axis, labels, base.values, base.present & here, base.histograms, base.drop_name)


def _taken(base: Labels, used: list[Labels], wanted: _Wanted) -> dict[str, str]:
    added: dict[str, str] = {}
    for source in used:
        for name, value in wanted.labels_of(source, base).items():
            if added.setdefault(name, value) != value:
                raise EvaluationError(f"conflicting label: {name}")
    return added
