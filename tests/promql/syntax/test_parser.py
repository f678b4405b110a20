from __future__ import annotations

import math
from functools import partial

import pytest

from ledgerscope.promql.errors import ParseError
from ledgerscope.promql.syntax.ast import (
    Aggregate,
    Binary,
    Call,
    DurationExpr,
    Expr,
    Matcher,
    MatrixSelector,
    NumberLiteral,
    Paren,
    StringLiteral,
    Subquery,
    Unary,
    VectorMatching,
    VectorSelector,
    children,
    value_type,
    walk,
)
from ledgerscope.promql.syntax.dialect import EVERYTHING
from ledgerscope.promql.syntax.operators import (
    AggregateOp,
    AtBound,
    BinaryOp,
    Cardinality,
    DurationOp,
    MatchOp,
    UnaryOp,
)
from ledgerscope.promql.syntax.parser import parse as parse_dialect
from ledgerscope.promql.syntax.parser import parse_metric, parse_selector
from ledgerscope.promql.syntax.valuetypes import ValueType

parse = partial(parse_dialect, dialect=EVERYTHING)


def name(text: str) -> Matcher:
    return Matcher("__name__", MatchOp.EQUAL, text)


def metric(text: str) -> VectorSelector:
    return VectorSelector(text, (name(text),))


def vector(text: str) -> VectorSelector:
    expr = parse(text)
    assert isinstance(expr, VectorSelector)
    return expr


def matrix(text: str) -> MatrixSelector:
    expr = parse(text)
    assert isinstance(expr, MatrixSelector)
    return expr


def binary(text: str) -> Binary:
    expr = parse(text)
    assert isinstance(expr, Binary)
    return expr


def grouped(expr: Expr) -> str:
    """The tree with a parenthesis around every operation."""
    if isinstance(expr, Binary):
        return f"({grouped(expr.lhs)} {expr.op.value} {grouped(expr.rhs)})"
    if isinstance(expr, Unary):
        return f"({expr.op.value}{grouped(expr.expr)})"
    if isinstance(expr, NumberLiteral):
        return f"{expr.value:g}"
    assert isinstance(expr, VectorSelector)
    return expr.name


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("1 + 2 * 3", "(1 + (2 * 3))"),
        ("1 - 2 - 3", "((1 - 2) - 3)"),
        ("2 ^ 3 ^ 2", "(2 ^ (3 ^ 2))"),
        ("2 ^ -1 ^ 2", "(2 ^ (-(1 ^ 2)))"),
        ("-2 ^ 2", "(-(2 ^ 2))"),
        ("-2 * 3", "(-2 * 3)"),
        ("--x", "(-(-x))"),
        ("a or b and c unless d", "(a or ((b and c) unless d))"),
        ("a > b + c", "(a > (b + c))"),
        ("a * b atan2 c % d", "(((a * b) atan2 c) % d)"),
        ("a == b != c", "((a == b) != c)"),
        ("h </ 1 + 2", "(h </ (1 + 2))"),
    ],
)
def test_operators_bind_as_prometheus_binds_them(text: str, meaning: str) -> None:
    assert grouped(parse(text)) == meaning


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", NumberLiteral(1.0)),
        ("-1", NumberLiteral(-1.0)),
        ("+1", NumberLiteral(1.0)),
        ("5m", NumberLiteral(300.0, duration=True)),
        ("-Inf", NumberLiteral(-math.inf)),
        ("NaN", NumberLiteral(math.nan)),
        ('"a\\nb"', StringLiteral("a\nb")),
        ("`a\\nb`", StringLiteral("a\\nb")),
        ("(up)", Paren(metric("up"))),
        ("-up", Unary(UnaryOp.MINUS, metric("up"))),
        ("time()", Call("time", ())),
        ("round(up, 5)", Call("round", (metric("up"), NumberLiteral(5.0)))),
        ("start()", Call("start", ())),
    ],
)
def test_operands(text: str, expected: Expr) -> None:
    assert parse(text) == expected


def test_a_negative_zero_is_not_a_zero() -> None:
    assert parse("0") != parse("-0")
    assert len({parse("0"), parse("-0"), parse("-0 ")}) == 2


def test_matchers_are_sorted_and_the_name_comes_last() -> None:
    assert vector('up{job=~"a.*", env!="dev", x="y",}').matchers == (
        Matcher("env", MatchOp.NOT_EQUAL, "dev"),
        Matcher("job", MatchOp.REGEX, "a.*"),
        Matcher("x", MatchOp.EQUAL, "y"),
        name("up"),
    )


def test_names_in_quotes_may_hold_any_character() -> None:
    expr = vector('{"my.metric", "my label"="x"}')
    assert expr.name == ""
    assert set(expr.matchers) == {name("my.metric"), Matcher("my label", MatchOp.EQUAL, "x")}


@pytest.mark.parametrize(
    "word", ["sum", "offset", "by", "and", "start", "fill", "min_of", "anchored", "range"]
)
def test_words_of_the_language_may_name_a_metric(word: str) -> None:
    assert vector(f'{word}{{a="b"}}').name == word
    assert grouped(parse(f"x + {word}")) == f"(x + {word})"


def test_words_of_the_language_may_name_a_label() -> None:
    expr = parse('sum by (on, bool, sum, "a b", fill) (x)')
    assert isinstance(expr, Aggregate)
    assert expr.grouping == ("on", "bool", "sum", "a b", "fill")


@pytest.mark.parametrize(
    ("text", "offset_ms", "at"),
    [
        ("x offset 5m", 300_000, None),
        ("x offset -1h", -3_600_000, None),
        ("x offset 90", 90_000, None),
        ("x offset (5m)", 300_000, None),
        ("x @ 1.5", 0, 1500),
        ("x @ -1", 0, -1000),
        ("x @ 1m", 0, 60_000),
        ("x @ start() offset 1m", 60_000, AtBound.START),
        ("x offset 1m @ end()", 60_000, AtBound.END),
    ],
)
def test_offset_and_at_move_a_selector(text: str, offset_ms: int, at: int | AtBound | None) -> None:
    assert (vector(text).offset_ms, vector(text).at) == (offset_ms, at)


def test_modifiers_behind_a_range_belong_to_its_selector() -> None:
    expr = matrix("x[5m] anchored @ 10 offset 1m")
    assert (expr.range_ms, expr.vector.offset_ms, expr.vector.at) == (300_000, 60_000, 10_000)
    assert expr.vector.anchored
    assert not expr.vector.smoothed


def test_a_subquery_has_a_range_and_perhaps_a_step() -> None:
    assert parse("x[1h:5m] @ 10 offset 1m") == Subquery(
        metric("x"), 3_600_000, 300_000, offset_ms=60_000, at=10_000
    )
    assert parse("x[1h:]") == Subquery(metric("x"), 3_600_000)


def test_a_duration_may_be_computed() -> None:
    five, one = NumberLiteral(300.0, duration=True), NumberLiteral(1.0)
    assert matrix("x[5m + 1]").range_expr == DurationExpr(DurationOp.ADD, five, one)
    assert matrix("x[step()]").range_expr == DurationExpr(DurationOp.STEP, None, None)
    assert matrix("x[min_of(5m, 1)]").range_expr == DurationExpr(DurationOp.MIN_OF, five, one)
    assert vector("x offset -(5m * 1)").offset_expr == DurationExpr(
        DurationOp.SUB, None, DurationExpr(DurationOp.MUL, five, one, wrapped=True)
    )


@pytest.mark.parametrize(
    ("text", "outer"),
    [
        ("x offset 100 + 2", BinaryOp.ADD),
        ("x offset -2 ^ 2", BinaryOp.POW),
        ("x offset step() * 2", BinaryOp.MUL),
        ("x offset -min_of(step(), 1s) ^ 0", BinaryOp.POW),
    ],
)
def test_an_operator_after_a_bare_offset_works_on_the_value(text: str, outer: BinaryOp) -> None:
    assert binary(text).op is outer


def test_grouping_may_stand_before_or_behind_the_arguments() -> None:
    expected = Aggregate(AggregateOp.SUM, metric("x"), grouping=("a", "b"))
    assert parse("sum by (a, b) (x)") == parse("sum(x) by (a, b,)") == expected
    assert parse("SUM WITHOUT () (x)") == Aggregate(AggregateOp.SUM, metric("x"), without=True)


def test_some_aggregations_take_a_parameter() -> None:
    assert parse("topk(5, x)") == Aggregate(AggregateOp.TOPK, metric("x"), NumberLiteral(5.0))
    assert parse('count_values("v", x)') == Aggregate(
        AggregateOp.COUNT_VALUES, metric("x"), StringLiteral("v")
    )


@pytest.mark.parametrize(
    ("text", "matching"),
    [
        ("a + b", VectorMatching(Cardinality.ONE_TO_ONE)),
        ("a and b", VectorMatching(Cardinality.MANY_TO_MANY)),
        ("a + 1", None),
        ("a + on () 1", None),
        ("a + on (x) b", VectorMatching(Cardinality.ONE_TO_ONE, ("x",), on=True)),
        ("a + ignoring (x, y) b", VectorMatching(Cardinality.ONE_TO_ONE, ("x", "y"))),
        ("a and on (x) b", VectorMatching(Cardinality.MANY_TO_MANY, ("x",), on=True)),
        ("a + on (x) group_left b", VectorMatching(Cardinality.MANY_TO_ONE, ("x",), on=True)),
        (
            "a + on (x) group_right (y) b",
            VectorMatching(Cardinality.ONE_TO_MANY, ("x",), on=True, include=("y",)),
        ),
        ("a + fill (1) b", VectorMatching(Cardinality.ONE_TO_ONE, fill_lhs=1.0, fill_rhs=1.0)),
        ("a + fill_right (-1) b", VectorMatching(Cardinality.ONE_TO_ONE, fill_rhs=-1.0)),
        (
            "a + fill_right (1) fill_left (2) b",
            VectorMatching(Cardinality.ONE_TO_ONE, fill_lhs=2.0, fill_rhs=1.0),
        ),
    ],
)
def test_vectors_find_their_partners(text: str, matching: VectorMatching | None) -> None:
    assert binary(text).matching == matching


def test_a_comparison_may_give_zero_or_one() -> None:
    assert binary("a > bool b").return_bool
    assert not binary("a > b").return_bool


def test_the_label_selector_of_info_may_match_everything() -> None:
    expr = parse("info(x, {})")
    assert isinstance(expr, Call)
    selector = expr.args[1]
    assert isinstance(selector, VectorSelector)
    assert selector.allow_empty


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("1 + 2", ValueType.SCALAR),
        ("-(1 + 2)", ValueType.SCALAR),
        ("1 + x", ValueType.VECTOR),
        ("x[5m]", ValueType.MATRIX),
        ("x[5m:]", ValueType.MATRIX),
        ("scalar(x)", ValueType.SCALAR),
        ("rate(x[5m])", ValueType.VECTOR),
        ("sum(x)", ValueType.VECTOR),
        ('("a")', ValueType.STRING),
    ],
)
def test_every_expression_has_a_type(text: str, kind: ValueType) -> None:
    assert value_type(parse(text)) is kind


@pytest.mark.parametrize(
    ("text", "operand", "written"),
    [
        ("sum by (a) (rate(x[5m]))", Call, "rate(x[5m])"),
        ("sum(x) by (a) + y", Aggregate, "sum(x) by (a)"),
        ("1 + x{a='b'} offset 5m", VectorSelector, "x{a='b'} offset 5m"),
        ("rate(x[5m] @ start())", MatrixSelector, "x[5m] @ start()"),
        ("max_over_time(x[1h:5m] offset 1m)", Subquery, "x[1h:5m] offset 1m"),
        ("(1 + 2) * 3", Paren, "(1 + 2)"),
        ("a + b * c", Binary, "a + b * c"),
        ("- (x)", Unary, "- (x)"),
        ("topk(5, x)", NumberLiteral, "5"),
        ("count_values('v', x)", StringLiteral, "'v'"),
    ],
)
def test_a_node_knows_the_text_it_came_from(text: str, operand: type, written: str) -> None:
    node = next(node for node in walk(parse(text)) if isinstance(node, operand))
    assert text[node.span.start : node.span.end] == written


def test_trees_are_equal_wherever_they_stood() -> None:
    assert parse("sum( x )  by(a)") == parse("sum by (a) (x)")
    assert hash(parse("sum( x )")) == hash(parse("sum(x)"))


def test_children_come_in_the_order_prometheus_visits_them() -> None:
    assert children(parse("topk(5, x)")) == (metric("x"), NumberLiteral(5.0))
    assert children(parse("a + b")) == (metric("a"), metric("b"))
    assert children(parse("x")) == ()


def test_walking_visits_parents_before_children_and_left_before_right() -> None:
    visited = [type(node).__name__ for node in walk(parse("sum(rate(a[5m])) + -b"))]
    assert visited == [
        "Binary", "Aggregate", "Call", "MatrixSelector", "VectorSelector", "Unary", "VectorSelector",
    ]  # fmt: skip


def test_parsing_the_same_text_again_gives_the_same_object() -> None:
    assert parse("sum(rate(x[5m]))") is parse("sum(rate(x[5m]))")


def test_a_bare_selector_may_match_everything() -> None:
    assert parse_selector("{}") == VectorSelector("", ())
    assert parse_selector('up{a="b"}').name == "up"
    with pytest.raises(ParseError, match="unexpected <op:\\+>"):
        parse_selector("up + 1")
    with pytest.raises(ParseError, match='unexpected number "1"'):
        parse_selector("1")


def test_a_metric_is_a_set_of_labels() -> None:
    assert parse_metric('up{job="a", "b.c"="d"}') == {"__name__": "up", "b.c": "d", "job": "a"}
    assert parse_metric('{"utf8 name", a="b",}') == {"__name__": "utf8 name", "a": "b"}
    assert parse_metric("{}") == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('up{a=~"b"}', '1:5: parse error: unexpected <op:=~> in label set, expected "="'),
        ("up{a=b}", '1:6: parse error: unexpected identifier "b" in label set, expected string'),
        ('up{a="b" c="d"}', '1:10: parse error: unexpected identifier "c" in label set, expected "," or "}"'),
        ("up{,}", '1:4: parse error: unexpected "," in label set, expected identifier or "}"'),
        ("up offset", "1:4: parse error: unexpected <offset>"),
    ],
)
def test_a_bad_metric_says_what_was_expected(text: str, message: str) -> None:
    with pytest.raises(ParseError) as caught:
        parse_metric(text)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5000 + "1" + ")" * 5000,
        "-" * 5000 + "1",
        "sum(" * 3000,
        "x" + "[5m:]" * 3000,
        "1^" * 4000 + "1",
        f"x[{'(' * 4000}5m",
        f"x[{'1+' * 4000}1]",
    ],
    ids=["parens", "signs", "calls", "subqueries", "powers", "duration parens", "duration sums"],
)
def test_depth_is_bounded_by_an_error_of_ours(text: str) -> None:
    with pytest.raises(ParseError, match="nested more than 120 levels deep"):
        parse(text)


def test_an_empty_label_beside_a_name_is_none_as_in_prometheus() -> None:
    assert parse_metric('up{job=""}') == {"__name__": "up"}
    assert parse_metric('{job="",x="1"}') == {"job": "", "x": "1"}
