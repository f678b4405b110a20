"""Runs `.test` scripts: every eval against what was loaded before it, each with its own verdict."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

import numpy as np

from ledgerscope.promql.engine.engine import MINUTE_MS, Engine
from ledgerscope.promql.errors import PromQLError
from ledgerscope.promql.records import dataclass
from ledgerscope.promql.samples.storage import Storage
from ledgerscope.promql.samples.values import Result, Scalar, Vector
from ledgerscope.promql.scripts.compare import differences, instant_differences, value_differences
from ledgerscope.promql.scripts.custom_buckets import with_custom_buckets
from ledgerscope.promql.scripts.script import Clear, Eval, Expectation, Load, SeriesLine, read_script
from ledgerscope.promql.scripts.variants import depends_on_query, other_times, pinned
from ledgerscope.promql.syntax.dialect import SCRIPT_FEATURES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ledgerscope.promql.syntax.ast import Expr


@dataclass(frozen=True, slots=True)
class EvalResult:
    """The verdict on one eval: where it stands, its expression, and what was not as expected."""

    path: Path
    line: int
    expression: str
    problems: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether everything was as expected."""
        return not self.problems

    @property
    def where(self) -> str:
        """`file:line`."""
        return f"{self.path.name}:{self.line}"


def run_script(path: Path, engine: Engine | None = None) -> list[EvalResult]:
    """Every eval of a script with its verdict. Raises ScriptError where the script cannot be read."""
    return list(run_text(path.read_text(encoding="utf-8"), path, engine or Engine(features=SCRIPT_FEATURES)))


def run_text(text: str, path: Path, engine: Engine) -> Iterator[EvalResult]:
    """The verdicts on a script's text; `path` is what the results say they come from."""
    storage = Storage()
    for command in read_script(text, str(path)):
        match command:
            case Clear():
                storage = Storage()
            case Load():
                load(storage, command)
            case Eval():
                problems = tuple(_Case(command, storage, engine).problems())
                yield EvalResult(path, command.line, command.expression, problems)


def load(storage: Storage, command: Load) -> None:
    """Write a load command's series into a storage."""
    # Of several lines for one series the last one counts.
    for line in {line.labels: line for line in command.series}.values():
        _load_series(storage, line, command.interval_ms)
    if command.with_custom_buckets:
        for labels, times, histograms in with_custom_buckets(command):
            storage.append(labels, times, np.zeros(len(times)), histograms)


def _load_series(storage: Storage, line: SeriesLine, interval_ms: int) -> None:
    points = line.points
    places = np.flatnonzero(points.present)
    times = places * interval_ms
    starts = None
    if line.starts is not None:
        offsets = [line.starts.offsets[place] for place in places]
        starts = [0 if each is None else int(at) + each for at, each in zip(times, offsets, strict=True)]
    histograms = None if points.histograms is None else points.histograms[places]
    values = points.values[places]
    if histograms is not None:
        values = np.where(np.equal(histograms, np.array(None)), values, 0.0)
    storage.append(line.labels, times, values, histograms, starts)


@dataclass(frozen=True, slots=True)
class _Case:
    """One eval over the storage as it stands."""

    case: Eval
    storage: Storage
    engine: Engine
    _notes: list[str] = field(default_factory=list)

    def problems(self) -> Iterator[str]:
        """What is not as expected, in the case itself and in its variants."""
        case = self.case
        try:
            node = self.engine.parse(case.expression)
            yield from self._checked(node)
        except PromQLError as error:
            yield from self._failure(error)

    def _checked(self, node: Expr) -> Iterator[str]:
        case = self.case
        if case.is_range:
            result = self.engine.range(
                self.storage, case.expression, case.start_ms, case.end_ms, case.step_ms
            )
            yield from self._verdict(result)
            return
        at = case.samples[1] if case.samples else case.start_ms
        yield from self._instant(case.expression, at)
        variant = pinned(node, at)
        if variant is None:
            return
        for when in other_times(at):
            yield from (f"pinned, at {when}: {each}" for each in self._instant(variant, when))

    def _instant(self, expression: str | Expr, at_ms: int) -> Iterator[str]:
        result = self.engine.instant(self.storage, expression, at_ms)
        yield from self._verdict(result, exact=isinstance(expression, str))
        case = self.case
        if case.samples or case.text is not None or not isinstance(result.value, Vector | Scalar):
            return
        if case.expects(Expectation.FAIL) or case.expects(Expectation.ORDERED):
            return
        if not depends_on_query(case.expression):
            yield from self._as_range(expression, at_ms, result)

    def _as_range(self, expression: str | Expr, at_ms: int, instant: Result) -> Iterator[str]:
        """The same instant as the middle one of three."""
        around = self.engine.range(self.storage, expression, at_ms - MINUTE_MS, at_ms + MINUTE_MS, MINUTE_MS)
        if isinstance(instant.value, Scalar):
            middle = Scalar(around.vector.axis, around.vector.values[0, 1:2])
            problems = value_differences(self.case, Result(middle))
        else:
            problems = instant_differences(self.case, around.vector, 1)
        yield from (f"in a range: {each}" for each in problems)

    def _verdict(self, result: Result, *, exact: bool = True) -> Iterator[str]:
        if self.case.expects(Expectation.FAIL):
            yield "expected the evaluation to fail"
        elif exact:
            yield from differences(self.case, result)
        else:
            yield from value_differences(self.case, result)

    def _failure(self, error: PromQLError) -> Iterator[str]:
        patterns = self.case.expectations.get(Expectation.FAIL)
        if patterns is None:
            yield f"failed: {error}"
            return
        for pattern in patterns:
            if not pattern.matches(str(error)):
                yield f"expected failure {pattern.text!r}, got {str(error)!r}"
