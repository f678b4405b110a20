"""The newest engine changes that Prometheus's own scripts show: where an annotation points.

The scripts we are checked with are those of commit d15adb9; `tests/promql/test_conformance.py` runs them.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from ledgerscope.promql.engine.engine import Engine
from ledgerscope.promql.samples.storage import Storage
from ledgerscope.promql.scripts.run import load, run_text
from ledgerscope.promql.scripts.script import Load, read_script
from ledgerscope.promql.syntax.dialect import SCRIPT_FEATURES

ENGINE = Engine(features=SCRIPT_FEATURES)
INPUT = """load 1m
    h {{schema:0 count:3 sum:NaN}}
    skewed {{schema:0 count:15 sum:NaN buckets:[12]}}
    b{le="0.1"} 2
    b{le="1"} 1
    b{le="10"} 5
    b{le="+Inf"} 4
"""


def place_of_info(expression: str) -> str:
    """Where the one info of an expression points: line and column."""
    (command,) = read_script(INPUT)
    assert isinstance(command, Load)
    storage = Storage()
    load(storage, command)
    (info,) = ENGINE.instant(storage, expression, 0).infos
    return info.rpartition("(")[2].rstrip(")")


@pytest.mark.parametrize(
    ("expression", "place"),
    [
        ("histogram_quantile(0.81, h)", "1:26"),
        ("histogram_quantile(0.4, skewed)", "1:25"),
        ("histogram_fraction(-Inf, +Inf, h)", "1:32"),
        ('histogram_quantiles(h, "q", 0.81)', "1:21"),
    ],
)
def test_infos_about_nan_observations_point_at_the_histogram(expression: str, place: str) -> None:
    """Pull request 19330; before it they pointed at the first argument."""
    assert place_of_info(expression) == place


@pytest.mark.parametrize(
    ("expression", "place"),
    [('histogram_quantiles(b, "q", 0.5)', "1:21"), ("histogram_quantile(0.5, b)", "1:25")],
)
def test_the_info_about_buckets_that_decrease_points_at_the_buckets(expression: str, place: str) -> None:
    """Pull request 18852; before it `histogram_quantiles` pointed at the name of the label."""
    assert place_of_info(expression) == place


@pytest.mark.parametrize(("place", "passes"), [("(1:25)", True), ("(1:20)", False)])
def test_scripts_check_where_an_annotation_points(place: str, *, passes: bool) -> None:
    """Pull request 19164; before it a script could expect the text only."""
    message = "input to histogram_quantile has NaN observations, result is NaN for metric name"
    case = "eval instant at 0m histogram_quantile(0.8, h)\n"
    case += f'    expect info msg: PromQL info: {message} "h" {place}\n'
    (result,) = run_text(f"{INPUT}\n{case}    {{}} NaN\n", Path("t.test"), ENGINE)
    assert result.passed == passes
