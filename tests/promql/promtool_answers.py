"""promtool's answers to generated cases, and where ours differ from them.

promtool loads its series out of a Go map: their order differs with every test group and with it the last
digits of sums, averages and deviations, and whatever a function that jumps (`round`, `==`, `count_values`)
makes of those. So a case that differs is asked again many times over: only where promtool never says what
we say is there a difference.
"""

from __future__ import annotations

import math
import re
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
import yaml

from ledgerscope.promql.engine.engine import Engine
from ledgerscope.promql.errors import PromQLError
from ledgerscope.promql.rules.run import vector_of
from ledgerscope.promql.samples.labels import Labels
from ledgerscope.promql.samples.stale import STALE
from ledgerscope.promql.samples.storage import Storage
from tests import processes

if TYPE_CHECKING:
    from pathlib import Path

    from tests.promql.promtool_cases import Case, Group

EVALUATION_INTERVAL_MS = 60_000
ASKED_AGAIN = 60

#: Results that depend on the order of the series: compared closely, not bit by bit.
CLOSE_ONLY = re.compile(r"\b(sum|avg|stddev|stdvar)\b")

#: Errors that Prometheus 3 puts in other words, by the words of Prometheus 2.
REWORDED = {
    "Scalar value NaN overflows int64": "Parameter value is NaN",
    # Text in parentheses, which Prometheus 2 does not expect to come out of an expression.
    "unexpected result in StepInvariantExpr evaluation: *parser.StepInvariantExpr": (
        "rule result is not a vector or scalar"
    ),
}

#: Prometheus 2 has no name for some tokens and shows the number its parser generator gave them.
NAMELESS = re.compile(r'"<Item \d+>" ')

#: What a later version has is refused in words of our own; numbers are cut off elsewhere since Prometheus 3.
_OTHER_WORDS = re.compile(r"Prometheus 2\.42 has no|Prometheus has it since|bad number or duration syntax")

Answer = dict[str, list[float]] | str
"""Values by label text (sorted, several under one text if labels repeat), or the error."""


# -- ours --------------------------------------------------------------------------------


def loaded(group: Group) -> Storage:
    """The group's series as promtool holds them when it asks for expressions."""
    storage = Storage()
    step_ms = group.interval_s * 1000
    for series in group.series:
        kept = [(place, value) for place, value in enumerate(series.values) if value is not None]
        storage.append(
            Labels(series.labels),
            [place * step_ms for place, _ in kept],
            np.array([STALE if value == "stale" else float(value) for _, value in kept]),
        )
    # promtool loads samples step by step, so those after the last whole step are never there.
    last = max(case.at_ms for case in group.cases)
    return storage.until(last // EVALUATION_INTERVAL_MS * EVALUATION_INTERVAL_MS)


def our_answer(storage: Storage, case: Case) -> Answer:
    """The case evaluated here, in the same form as promtool's answer."""
    try:
        vector = vector_of(Engine("2").instant(storage, case.in_words_of_2, case.at_ms))
    except PromQLError as error:
        return str(error)
    found: dict[str, list[float]] = {}
    for sample in vector.at():
        found.setdefault(str(sample.labels), []).append(sample.value)
    return found


# -- promtool's --------------------------------------------------------------------------------


def write_tests(groups: list[Group], path: Path) -> None:
    """A promtool test file that expects nothing of any case, so that promtool reports what it got."""
    tests = [
        {
            "interval": f"{group.interval_s}s",
            "input_series": [{"series": each.text, "values": each.notation} for each in group.series],
            "promql_expr_test": [
                {"expr": case.in_words_of_2, "eval_time": f"{case.at_ms // 1000}s"} for case in group.cases
            ],
        }
        for group in groups
    ]
    path.write_text(
        yaml.safe_dump({"rule_files": [], "evaluation_interval": "1m", "tests": tests}, width=100_000)
    )


_CASE = re.compile(
    r'^\s*expr: "(?P<expr>.*) # (?P<number>\d+)", time: (?P<time>\S+?),(?: err: (?P<error>.*))?$'
)
_SAMPLE = re.compile(r"(\{(?:[^}\"]|\"(?:[^\"\\]|\\.)*\")*\}) (NaN|[+-]?Inf|-?[0-9.]+E[+-][0-9]+)(?:, |$)")


def ask_promtool(path: Path) -> dict[int, Answer]:
    """What promtool got for each case; a case it does not mention has no result."""
    done = processes.run("promtool", "test", "rules", path)
    answers: dict[int, Answer] = {}
    number = -1
    for line in (done.stdout + done.stderr).splitlines():
        if match := _CASE.match(line):
            number = int(match["number"])
            if match["error"] is not None:
                answers[number] = _reworded(match["error"])
        elif line.strip().startswith("got:") and number >= 0:
            answers[number] = _samples(line.split("got:", 1)[1])
    return answers


def _reworded(error: str) -> str:
    return REWORDED.get(error, NAMELESS.sub("", error))


def _samples(text: str) -> Answer:
    found: dict[str, list[float]] = {}
    for labels, value in _SAMPLE.findall(text):
        found.setdefault(labels, []).append(float(value))
    return found


def ask_again(group: Group, case: Case, path: Path) -> list[Answer]:
    """promtool's answers to one case, over and over."""
    # The whole group is asked about, for what is loaded depends on its latest instant.
    latest = max(group.cases, key=lambda each: each.at_ms)
    numbered = [
        replace(group, cases=[replace(case, number=number), replace(latest, number=ASKED_AGAIN + number)])
        for number in range(ASKED_AGAIN)
    ]
    write_tests(numbered, path)
    answers = ask_promtool(path)
    return [answers.get(number, {}) for number in range(ASKED_AGAIN)]


# -- compared --------------------------------------------------------------------------------


def difference(case: Case, ours: Answer, theirs: Answer) -> str | None:
    """How the answers differ; None where they agree as far as promtool itself is certain."""
    if isinstance(ours, str) and isinstance(theirs, str):
        if "parse error" in theirs and (_OTHER_WORDS.search(ours) or _place(ours) == _place(theirs)):
            return None
        # Which of several violations is reported first is left to chance in promtool.
        return None if ours.split("{")[0] == theirs.split("{")[0] else f"{ours!r} != {theirs!r}"
    if isinstance(ours, str) or isinstance(theirs, str):
        return f"{ours!r} != {theirs!r}"
    if ours.keys() != theirs.keys():
        return f"{ours} != {theirs}"
    close = CLOSE_ONLY.search(case.expression) is not None
    wrong = [key for key in ours if not _same(ours[key], theirs[key], close=close)]
    return f"{[(key, ours[key], theirs[key]) for key in wrong]}" if wrong else None


def differences(groups: list[Group], folder: Path) -> tuple[list[str], int]:
    """Every case that promtool never answers as we do, and how many cases have a result."""
    write_tests(groups, folder / "cases.yml")
    theirs = ask_promtool(folder / "cases.yml")
    wrong: list[str] = []
    for group in groups:
        storage = loaded(group)
        for case in group.cases:
            ours = our_answer(storage, case)
            found = difference(case, ours, theirs.get(case.number, {}))
            if found is None:
                continue
            again = ask_again(group, case, folder / "again.yml")
            if all(difference(case, ours, answer) for answer in again):
                wrong.append(f"{case.expression} at {case.at_ms}: {found}")
    return wrong, len(theirs)


def _place(error: str) -> str:
    """Where a parse error is."""
    return error.partition(": parse error")[0]


def all_values(answer: dict[str, list[float]]) -> list[float]:
    """Every value, sorted, NaN last."""
    return sorted(chain.from_iterable(answer.values()), key=lambda value: (math.isnan(value), value))


def _same(ours: list[float], theirs: list[float], *, close: bool) -> bool:
    return len(ours) == len(theirs) and all(map(_close if close else _identical, ours, theirs))


def _identical(left: float, right: float) -> bool:
    return left == right or (math.isnan(left) and math.isnan(right))


def _close(left: float, right: float) -> bool:
    return _identical(left, right) or math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-9)
