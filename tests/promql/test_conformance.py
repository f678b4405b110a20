"""Prometheus's own engine scripts, eval by eval; what does not pass yet is listed, and only that may fail."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import pytest

from ledgerscope.promql.scripts.run import EvalResult, run_script

ROOT = Path(__file__).parents[2]
CONFORMANCE = Path(os.environ.get("LEDGERSCOPE_CONFORMANCE", ROOT / "../shared/conformance"))
SCRIPTS = (CONFORMANCE if CONFORMANCE.is_absolute() else ROOT / CONFORMANCE) / "promqltest"
MISSES = Path(__file__).with_name("conformance_misses.txt")
NAMES = (
    "aggregators", "at_modifier", "collision", "duration_expression", "extended_vectors", "fill-modifier",
    "functions", "histograms", "info", "limit", "literals", "name_label_dropping", "native_histograms",
    "operators", "range_queries", "selectors", "staleness", "start_timestamps", "subquery", "trig_functions",
    "type_and_unit",
)  # fmt: skip
EXPERIMENTAL = frozenset(
    {
        "extended_vectors",
        "fill-modifier",
        "info",
        "limit",
        "start_timestamps",
        "type_and_unit",
    }
)
CORE = frozenset(NAMES) - EXPERIMENTAL - {"native_histograms"}
EVALS, CORE_EVALS = 2214, 1303

pytestmark = [
    pytest.mark.conformance,
    pytest.mark.skipif(not SCRIPTS.is_dir(), reason=f"no scripts at {SCRIPTS}: set LEDGERSCOPE_CONFORMANCE"),
]


@cache
def results(name: str) -> tuple[EvalResult, ...]:
    return tuple(run_script(SCRIPTS / f"{name}.test"))


def listed_misses() -> list[str]:
    return [line for line in MISSES.read_text().splitlines() if line and not line.startswith("#")]


@pytest.mark.parametrize("name", NAMES)
def test_a_script_passes_but_for_the_listed_evals(name: str) -> None:
    failed = {result.where: result for result in results(name) if not result.passed}
    expected = {where for where in listed_misses() if where.startswith(f"{name}.test:")}
    surprises = [
        f"{where} {failed[where].expression}: {failed[where].problems[0]}"
        for where in failed.keys() - expected
    ]
    assert not surprises, "\n".join(surprises)
    assert expected == failed.keys(), f"these pass now, take them off the list: {expected - failed.keys()}"


def test_no_core_eval_is_on_the_list() -> None:
    assert [where for where in listed_misses() if where.partition(".test:")[0] in CORE] == []


def test_every_eval_of_the_corpus_is_run() -> None:
    assert sum(len(results(name)) for name in NAMES) == EVALS
    assert sum(len(results(name)) for name in CORE) == CORE_EVALS
