"""Prints what this package makes of much input, for comparing runs of different processes byte by byte.

    python -m tests.promql.all_outputs [CASES]

The evals of our scripts, the tests of the rules in `tests/rules`, and CASES generated expressions and a
twentieth as many generated rule groups: every label set in its order, every value to its last bit, every
text.
"""

from __future__ import annotations

import sys
from itertools import chain
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from ledgerscope.promql.engine.engine import Engine
from ledgerscope.promql.errors import PromQLError
from ledgerscope.promql.samples.storage import Storage
from ledgerscope.promql.samples.values import Result, Scalar, Vector
from ledgerscope.promql.scripts.run import load
from ledgerscope.promql.scripts.script import Clear, Eval, Load, read_script
from ledgerscope.promql.testing.reports.report import Report
from ledgerscope.promql.testing.session import TestSession
from tests.promql.promtool_answers import loaded
from tests.promql.promtool_cases import Generator
from tests.promql.rules.conftest import Cases
from tests.promql.rules.conftest import Generator as RulesGenerator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ledgerscope.promql.testing.runner import GroupRun

HERE = Path(__file__).parent
CASES_OF_A_GROUP = 50
MINUTE_MS = 60_000


def result_text(evaluate: Callable[..., Result], *arguments: object) -> str:
    """A result, or the error, in full."""
    try:
        result = evaluate(*arguments)
    except PromQLError as error:
        return f"error {error}"
    value = result.value
    if isinstance(value, Scalar | Vector):
        vector = result.vector
        shown = [
            f"{row.labels} {row.values[row.present].tobytes().hex()} {row.present.tobytes().hex()} "
            f"{[] if row.histograms is None else [str(each) for each in row.histograms]}"
            for row in vector
        ]
    else:
        shown = [repr(value)]
    return "\n".join([*shown, *result.warnings, *result.infos])


def of_scripts() -> Iterator[str]:
    """Every eval of our scripts."""
    engine = Engine()
    for path in sorted((HERE / "scripts").glob("*.test")):
        storage = Storage()
        for command in read_script(path.read_text("utf-8"), path.name):
            if isinstance(command, Clear):
                storage = Storage()
            elif isinstance(command, Load):
                load(storage, command)
            elif isinstance(command, Eval):
                yield f"{path.name}:{command.line}\n{result_text(evaluated, engine, storage, command)}"


def evaluated(engine: Engine, storage: Storage, command: Eval) -> Result:
    """One eval of a script."""
    if command.is_range:
        return engine.range(storage, command.expression, command.start_ms, command.end_ms, command.step_ms)
    return engine.instant(storage, command.expression, command.start_ms)


def of_expressions(count: int) -> Iterator[str]:
    """Generated expressions at an instant and over a range, in both generations."""
    generator = Generator(Random(count))
    for _ in range(0, count, CASES_OF_A_GROUP):
        group = generator.group(CASES_OF_A_GROUP)
        storage = loaded(group)
        for case in group.cases:
            for engine in (Engine("2"), Engine("3")):
                text, at = case.expression, case.at_ms
                yield f"{text} {at}\n{result_text(engine.instant, storage, text, at)}"
                end = at + 5 * MINUTE_MS
                yield result_text(engine.range, storage, text, at, end, MINUTE_MS)


def of_rule_groups(count: int) -> Iterator[str]:
    """Generated rule groups: what they record, and the alerts."""
    cases = Cases(RulesGenerator(Random(count)))
    for _ in range(count):
        yield from of_run(cases.run(cases.document(), "3"))


def of_rule_tests() -> Iterator[str]:
    """The tests of the project's own rules."""
    session = TestSession()
    for path in sorted((HERE.parent / "rules").glob("*.test.yml")):
        for run in session.open(path):
            yield from of_run(run)


def of_run(run: GroupRun) -> Iterator[str]:
    """Everything one test group comes to."""
    yield from run.failure_texts()
    for outcome in run.outcomes():
        yield f"{Report(run, outcome)} {outcome}"
    for samples in run.evaluation.storage:
        yield f"{samples.labels} {samples.times.tobytes().hex()} {samples.values.tobytes().hex()}"


def main(cases: int) -> None:
    """Print all of it."""
    for text in chain(of_scripts(), of_rule_tests(), of_expressions(cases), of_rule_groups(cases // 20)):
        print(text)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
