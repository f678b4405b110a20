"""The script language: how it is read, what a run reports, and what counts as equal."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from ledgerscope.promql.engine.engine import Engine
from ledgerscope.promql.scripts.compare import almost_equal
from ledgerscope.promql.scripts.run import run_script, run_text
from ledgerscope.promql.scripts.script import Clear, Eval, Expectation, Load, ScriptError, read_script
from ledgerscope.promql.scripts.starts import StartTimesError, read_start_line

HERE = Path("memory.test")


def problems(text: str) -> list[tuple[int, tuple[str, ...]]]:
    return [(each.line, each.problems) for each in run_text(text, HERE, Engine())]


def first_problem(lines: str) -> str:
    loaded = 'load 1m\n  a{i="1"} 1 2 3\n  a{i="2"} 4 5 6\n\n'
    ((_, found),) = problems(loaded + lines)
    return found[0] if found else ""


def test_commands_are_read_with_their_lines() -> None:
    load, clear, case = read_script(
        "# a comment\nload 30s\n  a 1 2\n\nclear\n\n"
        "eval range from 0 to 1m step 30s a\n  expect no_warn\n  a 1 2 _\n"
    )
    assert isinstance(load, Load)
    assert (load.line, load.interval_ms, len(load.series), load.with_custom_buckets) == (2, 30_000, 1, False)
    assert clear == Clear(5)
    assert isinstance(case, Eval)
    assert (case.expression, case.start_ms, case.end_ms, case.step_ms) == ("a", 0, 60_000, 30_000)
    assert case.expects(Expectation.NO_WARN)
    assert not case.expects(Expectation.WARN)


def test_the_older_forms_are_still_read() -> None:
    fail, ordered = read_script(
        "eval_fail instant at 0 a\n  expected_fail_message no such thing\n\n"
        "eval_ordered instant at 1m sort(a)\n  a 1\n"
    )
    assert isinstance(fail, Eval)
    assert isinstance(ordered, Eval)
    (pattern,) = fail.expectations[Expectation.FAIL]
    assert pattern.matches("no such thing")
    assert not pattern.matches("no such thing at all")
    assert ordered.expects(Expectation.ORDERED)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("dump a\n", "memory:1: invalid command 'dump a'"),
        ("load\n", "memory:1: invalid load command"),
        ("load x\n", "memory:1: "),
        ("eval later a\n", "memory:1: invalid eval command"),
        ("eval instant at 0 a\n  expect applause\n", "memory:2: invalid expect line"),
        ("eval instant at 0 a\n  a 1 y\n", "memory:2: "),
        ('eval instant at 0 a\n  expect string "\n', "memory:2: "),
        ("load 1m\n  a@st -1s\n  b 1\n", "memory:3: the @st line above does not fit"),
        ("load 1m\n  a@st soon\n  a 1\n", "memory:2: invalid start time 'soon'"),
    ],
)
def test_a_line_that_is_not_in_the_language_is_named(text: str, message: str) -> None:
    with pytest.raises(ScriptError) as error:
        list(read_script(text, "memory"))
    assert str(error.value).startswith(message)


def test_each_eval_has_its_own_verdict() -> None:
    text = "load 1m\n  a 1\n\neval instant at 0 a\n  a 1\n\neval instant at 0 a\n  a 2\n"
    assert [(line, bool(found)) for line, found in problems(text)] == [(4, False), (7, True)]


def test_clear_forgets_what_was_loaded() -> None:
    assert problems("load 1m\n  a 1\n\nclear\neval instant at 0 a\n") == [(5, ())]


@pytest.mark.parametrize(
    ("case", "problem"),
    [
        ('eval instant at 0 a\n a{i="1"} 1\n', "unexpected series"),
        ('eval instant at 0 a\n a{i="1"} 1\n a{i="2"} 4\n b 1\n', "expected series"),
        ('eval instant at 0 a{i="1"}\n a{i="1"} 7\n', "expected 7"),
        ("eval instant at 0 1\n 2\n", "expected 2, got 1"),
        ("eval instant at 0 1\n a 2\n", "expected series, got the scalar 1"),
        ("eval instant at 0 a\n 2\n", "expected the scalar 2, got series"),
        ('eval instant at 0 "x"\n expect string "y"\n', "expected string 'y', got 'x'"),
        ('eval instant at 0 sort(a)\n expect ordered\n a{i="2"} 4\n a{i="1"} 1\n', "at place"),
        ("eval instant at 0 a\n expect fail\n", "expected the evaluation to fail"),
        ("eval instant at 0 a + on() a\n", "failed: found duplicate series"),
        ("eval instant at 0 a + on() a\n expect fail msg: other\n", "expected failure 'other'"),
        ('eval instant at 0 a{i="1"}\n expect warn\n a{i="1"} 1\n', "expected a warn, got none"),
        ("eval instant at 0 quantile(9, a)\n expect no_warn\n {} Inf\n", "expected no warn"),
        ("eval instant at 0 quantile(9, a)\n expect warn msg: other\n {} Inf\n", "expected warn 'other'"),
        ('eval range from 0 to 2m step 1m a{i="1"}\n a{i="1"} 1 2 4\n', "at 120000: expected 4"),
        ('eval range from 0 to 2m step 1m a{i="1"}\n a{i="1"} 1 2\n', "expected [1 @0, 2 @60000]"),
        ("eval instant at 0 sum(\n", "failed: 1:5: parse error"),
        ('eval instant at 0 a{i="1"}\n a{i="1"} {{count:1}}\n', "expected {count:1, sum:0}"),
    ],
)
def test_what_is_not_as_expected_is_said(case: str, problem: str) -> None:
    assert problem in first_problem(case)


def test_an_instant_must_also_hold_pinned_and_inside_a_range() -> None:
    # At 0 there is no earlier sample, so the middle of the range is the same; the pinned query is too.
    assert first_problem('eval instant at 1m a{i="1"}\n a{i="1"} 2\n') == ""


@pytest.mark.parametrize(
    ("left", "right", "equal"),
    [
        (1.0, 1.0000001, True),
        (1.0, 1.00001, False),
        (math.nan, math.nan, True),
        (math.nan, 1.0, False),
        (0.0, 1e-310, False),
        (0.0, 1e-320, True),
        (0.0, 0.0, True),
        (math.inf, math.inf, True),
        (math.inf, 1.0, False),
    ],
)
def test_numbers_are_equal_within_a_millionth(left: float, right: float, *, equal: bool) -> None:
    assert almost_equal(left, right) is equal


def test_start_times_repeat_step_and_skip() -> None:
    labels, starts = read_start_line("@st -1s _x2 *x1 -2s+1sx2 0")
    assert labels is None
    assert starts.offsets == (-1000, None, None, -1000, -1000, -2000, -1000, 0, 0)
    assert starts.cycled(10).offsets[-1] == -1000
    with pytest.raises(StartTimesError):
        read_start_line("@st 1")


def test_a_script_is_read_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "own.test"
    path.write_text("load 1m\n  a 1\n\neval instant at 0 a\n  a 1\n")
    (result,) = run_script(path)
    assert result.passed
    assert result.where == "own.test:4"
