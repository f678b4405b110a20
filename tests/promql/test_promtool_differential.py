"""Our engine against promtool 2.42: generated cases, a new seed each run, no difference allowed."""

from __future__ import annotations

import math
import os
import secrets
import shutil
from itertools import chain
from random import Random
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ledgerscope.promql.engine.engine import Engine
from ledgerscope.promql.errors import PromQLError
from ledgerscope.promql.samples.labels import Labels
from ledgerscope.promql.samples.stale import STALE
from ledgerscope.promql.samples.storage import Storage
from tests.promql.promtool_cases import (
    CLOSE_ONLY,
    STEP_MS,
    TIES,
    Answer,
    Case,
    Generator,
    Group,
    ask_promtool,
    write_tests,
)

if TYPE_CHECKING:
    from pathlib import Path

EVALUATION_INTERVAL_MS = 60_000
GROUPS, CASES_PER_GROUP = 25, 100
SEED_SETTING = "LEDGERSCOPE_DIFFERENTIAL_SEED"

pytestmark = [
    pytest.mark.prometheus,
    pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed"),
]


def our_answer(storage: Storage, case: Case) -> Answer:
    """The case evaluated here, in the same form as promtool's answer."""
    try:
        result = Engine("2").instant(storage, case.expression, case.at_ms)
    except PromQLError as error:
        return str(error)
    found: dict[str, list[float]] = {}
    for sample in result.vector.at():
        found.setdefault(str(sample.labels), []).append(sample.value)
    return found


def loaded(group: Group) -> Storage:
    storage = Storage()
    for series in group.series:
        kept = [(place, value) for place, value in enumerate(series.values) if value is not None]
        storage.append(
            Labels(series.labels),
            [place * STEP_MS for place, _ in kept],
            np.array([STALE if value == "stale" else float(value) for _, value in kept]),
        )
    # promtool loads samples step by step, so those after the last whole step are never there.
    last = max(case.at_ms for case in group.cases)
    return storage.until(last // EVALUATION_INTERVAL_MS * EVALUATION_INTERVAL_MS)


def difference(case: Case, ours: Answer, theirs: Answer) -> str | None:
    """How the answers differ; None where they agree as far as promtool itself is certain."""
    if isinstance(ours, str) and isinstance(theirs, str):
        # Which of several violations is reported first is left to chance in promtool.
        return None if ours.split("{")[0] == theirs.split("{")[0] else f"{ours!r} != {theirs!r}"
    if isinstance(ours, str) or isinstance(theirs, str):
        return f"{ours!r} != {theirs!r}"
    close = CLOSE_ONLY.search(case.expression) is not None
    if TIES.search(case.expression):
        same = _same(_all_values(ours), _all_values(theirs), close=True)
        return None if same else f"{ours} != {theirs}"
    if ours.keys() != theirs.keys():
        return f"{ours} != {theirs}"
    wrong = [key for key in ours if not _same(ours[key], theirs[key], close=close)]
    return f"{[(key, ours[key], theirs[key]) for key in wrong]}" if wrong else None


def _all_values(answer: dict[str, list[float]]) -> list[float]:
    return sorted(chain.from_iterable(answer.values()), key=lambda value: (math.isnan(value), value))


def _same(ours: list[float], theirs: list[float], *, close: bool) -> bool:
    return len(ours) == len(theirs) and all(map(_close if close else _identical, ours, theirs))


def _identical(left: float, right: float) -> bool:
    return left == right or (math.isnan(left) and math.isnan(right))


def _close(left: float, right: float) -> bool:
    return _identical(left, right) or math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-9)


def test_every_generated_case_gives_what_promtool_gives(tmp_path: Path) -> None:
    seed = int(os.environ.get(SEED_SETTING) or secrets.randbits(32))
    print(f"{SEED_SETTING}={seed}")
    generator = Generator(Random(seed))

    groups = [generator.group(CASES_PER_GROUP) for _ in range(GROUPS)]
    file = tmp_path / "cases.yml"
    write_tests(groups, file)
    theirs = ask_promtool(file)
    assert len(theirs) > GROUPS * CASES_PER_GROUP // 2  # most cases have a result, or the comparison is empty
    wrong: list[str] = []
    for group in groups:
        storage = loaded(group)
        for case in group.cases:
            found = difference(case, our_answer(storage, case), theirs.get(case.number, {}))
            if found is not None:
                wrong.append(f"{case.expression} at {case.at_ms}: {found}")
    assert not wrong, f"seed {seed}: {len(wrong)} differences, first:\n" + "\n".join(wrong[:20])
