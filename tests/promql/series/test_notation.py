from __future__ import annotations

import math
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerscope.promql.errors import ParseError
from ledgerscope.promql.histograms.histogram import Histogram, ResetHint
from ledgerscope.promql.samples.stale import STALE, STALE_BITS
from ledgerscope.promql.series.notation import Histograms, Missing, Numbers, parse_series, parse_values


def floats(text: str) -> list[float | None]:
    """The points of a list of values, None where there is none."""
    points = parse_series(f"m {text}").expand()
    return [
        float(value) if present else None
        for value, present in zip(points.values, points.present, strict=True)
    ]


def histograms(text: str) -> list[Histogram | None]:
    points = parse_series(f"m {text}").expand()
    assert points.histograms is not None
    return list(points.histograms)


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("", []),
        ("1 2 3", [1, 2, 3]),
        ("-1.5e3 +2 .5", [-1500, 2, 0.5]),
        ("_ 1 _x3", [None, 1, None, None, None]),
        ("1x3", [1, 1, 1, 1]),
        ("1+2x3", [1, 3, 5, 7]),
        ("1-2x3", [1, -1, -3, -5]),
        ("-1+1x2", [-1, 0, 1]),
        ("0x0 1x0", [0, 1]),
        ("0x10", [0] * 11),  # not hexadecimal
        ("  1 \t 2 ", [1, 2]),
    ],
)
def test_values_stand_for_points(text: str, points: list[float | None]) -> None:
    assert floats(text) == points


def test_infinities_and_nan_are_values() -> None:
    first, second, third = floats("NaN -Inf inf")
    assert first is not None
    assert math.isnan(first)
    assert (second, third) == (-math.inf, math.inf)


def test_a_stale_marker_keeps_its_exact_bits() -> None:
    points = parse_series("m 1 stale NaN").expand()
    assert list(points.present) == [True, True, True]
    assert list(points.values.view(np.uint64) == STALE_BITS) == [False, True, False]
    assert struct.pack("<d", STALE) == struct.pack("<Q", STALE_BITS)


@given(st.floats(-1e6, 1e6), st.floats(-1e3, 1e3), st.integers(0, 200))
def test_steps_add_up_one_after_the_other(start: float, step: float, count: int) -> None:
    expected, value = [], start
    for _ in range(count + 1):
        expected.append(value)
        value += step
    assert Numbers(start, step, count + 1).values().tolist() == expected


def test_a_million_points_are_one_run_until_they_are_expanded() -> None:
    series = parse_series("m 0+1x999999")
    assert series.runs == (Numbers(0.0, 1.0, 1_000_000),)
    assert len(series) == 1_000_000
    assert series.expand().values[-1] == 999_999


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("up 1", {"__name__": "up"}),
        ("a:b 1", {"__name__": "a:b"}),
        ('up{job="a",env="b"} 1', {"__name__": "up", "env": "b", "job": "a"}),
        ('{job="a"} 1', {"job": "a"}),
        ("{} 1", {}),
        ('{"utf8 name", "a b"="}\\"{"} 1', {"__name__": "utf8 name", "a b": '}"{'}),
        ("up{a=`}`} 1", {"__name__": "up", "a": "}"}),
        ("  up 1", {"__name__": "up"}),
    ],
)
def test_a_line_begins_with_its_metric(text: str, labels: dict[str, str]) -> None:
    series = parse_series(text)
    assert series.labels == labels
    assert len(series) == 1


def test_values_can_stand_alone() -> None:
    assert parse_values("1x2 _") == (Numbers(1.0, 0.0, 3), Missing(1))


def test_a_histogram_literal_has_every_field() -> None:
    literal = (
        "{{schema:1 sum:-0.3 count:32.1 z_bucket:7.1 z_bucket_w:0.05 buckets:[5.1 10 7] offset:-3"
        " n_buckets:[4.1 5] n_offset:-5 counter_reset_hint:gauge}}"
    )
    assert histograms(literal) == [
        Histogram(
            schema=1,
            count=32.1,
            sum=-0.3,
            zero_threshold=0.05,
            zero_count=7.1,
            positive=((-3, 5.1), (-2, 10.0), (-1, 7.0)),
            negative=((-5, 4.1), (-4, 5.0)),
            hint=ResetHint.GAUGE,
        )
    ]


def test_a_histogram_may_list_its_own_bounds() -> None:
    (found,) = histograms("{{schema:-53 custom_values:[5 10] buckets:[1 2 3]}}")
    assert found == Histogram(schema=-53, custom_values=(5.0, 10.0), positive=((0, 1.0), (1, 2.0), (2, 3.0)))


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("{{}}", [0]),
        ("{{ count:1 }}", [1]),
        ("{{count:1}}x2", [1, 1, 1]),
        ("{{count:1}}+{{count:2}}x2", [1, 3, 5]),
        ("{{count:5}}-{{count:2}}x2", [5, 3, 1]),
        ("_ {{count:1}} 5 stale", [None, 1, None, None]),
    ],
)
def test_histograms_repeat_and_grow_like_numbers(text: str, counts: list[float | None]) -> None:
    assert [None if found is None else found.count for found in histograms(text)] == counts


def test_growing_adds_bucket_by_bucket() -> None:
    *_, last = histograms("{{count:1 buckets:[1]}}+{{count:3 buckets:[1 2]}}x2")
    assert last is not None
    assert last.positive == ((0, 3.0), (1, 4.0))


def test_a_named_reset_hint_is_reported_from_the_default() -> None:
    points = parse_series("m {{}} {{counter_reset_hint:unknown}}x1 1").expand()
    assert points.hinted is not None
    assert list(points.hinted) == [False, True, True, False]


def test_a_line_of_numbers_has_no_histograms() -> None:
    points = parse_series("m 1 2").expand()
    assert (points.histograms, points.hinted) == (None, None)
    assert not any(isinstance(run, Histograms) for run in parse_series("m 1 2").runs)


ABBREVIATED = {
    ": parse error: ": " ",
    ' in series values, expected number or "stale"': " …",
    "invalid repetition in series values: strconv.ParseUint: parsing": "bad count",
    "error parsing number: strconv.ParseFloat: parsing": "bad number",
    ": invalid syntax": "",
    "exponential and custom bucket schemas": "…",
}


def shortened(error: str) -> str:
    """The error with its longest parts abbreviated, so that a case fits on a line."""
    for long, short in ABBREVIATED.items():
        error = error.replace(long, short)
    return error


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("m 1 abc", '1:5 unexpected identifier "abc" …'),
        ("m stalex5", '1:3 unexpected identifier "stalex5" …'),
        ('m{a="b"}1', '1:9 unexpected "1" in series values'),
        ("m 1+1", "1:6 unexpected end of input in series values"),
        ("m 1+1 2", "1:6 unexpected character in series sequence: ' '"),
        ("m 1++1x2", '1:4 unexpected "+" in series values'),
        ("m x5", '1:3 unexpected identifier "x5" …'),
        ("m 1x", '1:5 bad count ""'),
        ("m 1x2.5", '1:5 bad count "2.5"'),
        ("m 1x9999999999", "1:4 a series of more than 20000000 points"),
        ("m 1x15000000 1x15000000", "1:15 a series of more than 20000000 points"),
        ("m }", "1:3 unexpected character in series sequence: '}'"),
        ("m{", "1:3 unexpected end of input inside braces"),
        ("m{a=1} 5", "1:5 unexpected character inside braces: '1'"),
        ("m 1e999", '1:3 bad number "1e999": value out of range'),
        ("m {{nope:1}}", '1:5 bad histogram descriptor found: "nope"'),
        ("m {{count}}", "1:5 missing `:` for histogram descriptor"),
        ("m {{count:1 count:2}}", '1:13 duplicate key "count" in histogram'),
        ("m {{count:x}}", "1:11 histogram description incomplete unexpected: 'x'"),
        ("m {{count:1sum:2}}", "1:12 histogram description incomplete unexpected: 's'"),
        ("m {{schema:1.5}}", "1:13 histogram description incomplete unexpected: '.'"),
        ("m {{schema:99999999999}}", "1:12 99999999999 is out of range"),
        ("m {{buckets:5}}", "1:13 histogram description incomplete unexpected: '5'"),
        ("m {{buckets:[5", "1:15 unexpected end of input in histogram description, expected }}"),
        ("m {{schema:9}}", "1:3 schema 9 is not between -4 and 8, nor -53 for custom buckets"),
        ("m {{custom_values:[1]}}", "1:3 custom_values need schema:-53"),
        ("m {{schema:-53 z_bucket:1}}", "1:3 custom buckets have no zero bucket and no negative side"),
        ("m {{schema:-53 custom_values:[2 1]}}", "1:3 custom_values must increase, and end before +Inf"),
        ("m {{schema:-53 custom_values:[1 Inf]}}", "1:3 custom_values must increase, and end before +Inf"),
        ("m {{schema:-53 custom_values:[1] buckets:[1 2 3]}}", "1:3 1 custom_values make 2 buckets"),
        ("m {{counter_reset_hint:maybe}}", '1:24 bad histogram descriptor found: "maybe"'),
        ("m {{count:1}}+{{count:1}}", "1:26 unexpected end of input in series values"),
        ("m {{schema:1}}+{{}}x2", "1:3 error combining histograms: cannot merge from schema 0 to 1"),
        (
            "m {{schema:-53 custom_values:[1]}}+{{}}x2",
            "1:3 cannot apply this operation on histograms with a mix of …",
        ),
    ],
)  # fmt: skip
def test_a_slip_is_shown_where_it_is(text: str, message: str) -> None:
    with pytest.raises(ParseError) as caught:
        parse_series(text)
    assert shortened(str(caught.value)) == message


@pytest.mark.parametrize(
    "text", ["+infx3", "-Infx0", "+nanx2", "1-infx2", "1+NaNx3", "-inf_", "+inf1", "Infx3", "1 +infx"]
)
def test_a_word_ends_where_its_letters_end(text: str) -> None:
    with pytest.raises(ParseError):
        parse_values(text)


def test_an_infinity_is_repeated_behind_a_space_alone() -> None:
    assert parse_values("-inf +Inf nan")[1] == Numbers(math.inf, 0.0, 1)
