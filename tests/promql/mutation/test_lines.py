"""Series are written as they are read."""

from __future__ import annotations

import math

import pytest

from ledgerscope.promql.mutation.lines import Line
from ledgerscope.promql.series.notation import parse_series


@pytest.mark.parametrize(
    "values",
    [
        "1",
        "1x5",
        "1 2",
        "0+60x20 1200x20",
        "10-2x5",
        "0.1+0.1x10",
        "-1x3 -0 0x2",
        "_ 1 _x3 stale 2x2 stale stale",
        "NaN NaN +Inf -Inf",
        "0x9 5x200",
        "1 2 4 8 16",
        "1 3 5 5 5",
    ],
)
def test_what_is_written_reads_as_the_same_values(values: str) -> None:
    series = parse_series(f'm{{a="b"}} {values}')
    line = Line.of(series)
    assert line is not None
    head, written = line.written()
    assert head == 'm{a="b"}'
    again = Line.of(parse_series(f"{head} {written}"))
    assert again is not None
    assert list(map(repr, again.values)) == list(map(repr, line.values))
    assert len(written) <= len(values) + 4


@pytest.mark.parametrize("values", ["0+60x20 1200x19", "10-2x5", "_ 1 _x3 stale 2x2", "0x9 5x200"])
def test_runs_are_kept(values: str) -> None:
    line = Line.of(parse_series(f"m {values}"))
    assert line is not None
    assert line.written()[1] == values


def test_native_histograms_are_no_line() -> None:
    assert Line.of(parse_series("m {{count:1 sum:1}}x3")) is None


def test_a_line_can_be_changed() -> None:
    line = Line.of(parse_series('m{a="b"} 1 2 _ stale'))
    assert line is not None
    assert line.mapped(lambda value: value / 3).written()[1] == "0.333333333333 0.666666666667 _ stale"
    assert line.labelled(a="", c="d").written()[0] == 'm{c="d"}'
    assert not math.isfinite(line.values[-1] or 0)
