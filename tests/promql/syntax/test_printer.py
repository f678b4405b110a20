from __future__ import annotations

from functools import partial
from random import Random

import promql_parser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import promql_grammar
from ledgerscope.promql.errors import ParseError
from ledgerscope.promql.syntax.dialect import EVERYTHING
from ledgerscope.promql.syntax.parser import parse as parse_dialect
from ledgerscope.promql.syntax.printer import MAX_WIDTH, pretty, to_string

parse = partial(parse_dialect, dialect=EVERYTHING)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("sum( rate(x{b='1',a=\"2\"}[300s]) )by(job)", 'sum by (job) (rate(x{a="2",b="1"}[5m]))'),
        ("SUM without() (x)", "sum without () (x)"),
        ("topk(5,x)", "topk(5, x)"),
        ("a+on(x)group_left(y)b", "a + on (x) group_left (y) b"),
        ("a + group_x", "a + group_x"),
        ("a > bool ignoring(x, 'y z') b", 'a > bool ignoring (x, "y z") b'),
        ("a and b", "a and b"),
        ("a + on() group_right b", "a + on () group_right () b"),
        ("a + fill(1e9) b", "a + fill (1e+09) b"),
        ("a + fill_left(1) fill_right(NaN) b", "a + fill_left (1) fill_right (NaN) b"),
        ("a + fill_left(1) fill_right(1) b", "a + fill (1) b"),
        ("x offset 90s @ 1.5", "x @ 1.500 offset 1m30s"),
        ("x @ -0.001", "x @ -0.001"),
        ("x[5m] offset -1d @ end() smoothed", "x[5m] smoothed @ end() offset -1d"),
        ("x anchored", "x anchored"),
        ("x[1h:60s] offset 1m", "x[1h:1m] offset 1m"),
        ("x[1h:]", "x[1h:]"),
        ("x[5m+step()]", "x[5m + step()]"),
        ("x[(1+2)*3]", "x[(1 + 2) * 3]"),
        ("x[(-2)^2]", "x[(-2) ^ 2]"),
        ("x[5m:max_of(1,step())]", "x[5m:max_of(1, step())]"),
        ("x offset -(2*range())", "x offset -(2 * range())"),
        ('{"a.b", c="d"}', '{__name__="a.b",c="d"}'),
        ('{"a b"="c"}', '{"a b"="c"}'),
        ('{__name__=~"a|b"}', '{__name__=~"a|b"}'),
        ("info(x, {})", "info(x, {})"),
        ("-(x)", "-(x)"),
        ("- 5m", "-5m"),
        ("-0m", "-0s"),
        ("+x", "+x"),
        ("1e21", "1000000000000000000000"),
        ("inf", "+Inf"),
        ("inf ^ 2", "Inf ^ 2"),
        ('"a\\nb"', '"a\\nb"'),
        ("'\\xff'", '"\\xff"'),
        ("h</5", "h </ 5"),
    ],
)
def test_an_expression_has_one_canonical_line(text: str, canonical: str) -> None:
    assert to_string(parse(text)) == canonical
    assert to_string(parse(canonical)) == canonical


@given(st.integers(min_value=0))
def test_printing_never_changes_the_meaning(seed: int) -> None:
    try:
        tree = parse(promql_grammar.expression(Random(seed)))
    except ParseError:
        return  # a name that may not be set twice, a matcher that matches everything
    assert parse(to_string(tree)) == tree
    assert parse(pretty(tree)) == tree


def test_what_fits_on_a_line_stays_on_it() -> None:
    text = "sum by (job) (rate(http_requests_total[5m])) / 2"
    assert pretty(parse(text)) == text


LONG = "x" * 60

PRETTY = f"""\
    sum by (job) (
      rate({LONG}{{code=~"5..",env="production"}}[5m])
    )
  / on (job) group_left (team)
    (
        topk(
          5,
          {LONG}{{code=~"5..",env="production",region="north"}}
        )
      +
        -max_over_time(
          (
              {LONG}
            +
              {LONG}
          )[1h:1m]
        )
    )
>
  0.05"""


def test_what_does_not_fit_is_split_at_its_operators_and_parentheses() -> None:
    flat = " ".join(line.strip() for line in PRETTY.splitlines())
    assert pretty(parse(flat)) == PRETTY


def test_an_infinite_base_has_no_sign_on_a_line_of_its_own_either() -> None:
    tree = parse(f"Inf ^ ({LONG} + {LONG})")
    assert pretty(tree).splitlines()[0] == "  Inf"
    assert parse(pretty(tree)) == tree


def test_selectors_stay_whole_however_long() -> None:
    text = f'{LONG}{{a="{LONG}"}}'
    assert len(text) > MAX_WIDTH
    assert pretty(parse(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        f"sum by (job, instance) (rate({LONG}{{job='api',code=~'5..'}}[5m])) / ignoring (x) group_left (y) b",
        f"histogram_quantile(0.9, sum by (le) (rate({LONG}{LONG}[5m]))) > 0.5 or vector(1)",
        f"max_over_time(({LONG} + {LONG})[5m:1m])",
        f"-(topk(3, {LONG} + {LONG}) unless on (a) b)",
        "label_replace(up{job='a'} offset 5m @ 10, 'dst', '$1', 'src', '(.*)')",
    ],
)  # fmt: skip
def test_an_independent_formatter_splits_the_same_way(text: str) -> None:
    assert pretty(parse(text)) == promql_parser.parse(text).prettify()
