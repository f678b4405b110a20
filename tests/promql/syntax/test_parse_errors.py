from __future__ import annotations

from functools import partial

import pytest

from ledgerscope.promql.errors import ParseError
from ledgerscope.promql.syntax.dialect import EVERYTHING
from ledgerscope.promql.syntax.parser import parse as parse_dialect

parse = partial(parse_dialect, dialect=EVERYTHING)


ABBREVIATED = {
    ": parse error: ": " ",
    "number, duration, step(), or range()": "…",
    "an instant vector selector or range vector selector or a subquery": "a selector",
    "unary expression only allowed on expressions of type scalar or instant vector": "unary …",
    "error parsing number: strconv.ParseFloat: parsing": "bad number",
}


def shortened(error: str) -> str:
    """The error with its longest parts abbreviated, so that a case fits on a line."""
    for long, short in ABBREVIATED.items():
        error = error.replace(long, short)
    return error


SYNTAX = [
    ("  # only a comment", "1:1 no expression found in input"),
    ("1 1", '1:3 unexpected number "1"'),
    ("+", "1:2 unexpected end of input"),
    ("a b", '1:3 unexpected identifier "b"'),
    ("sum(a b)", '1:7 unexpected identifier "b" in aggregation'),
    ("sum a", '1:5 unexpected identifier "a"'),
    ("sum by (a) a", '1:12 unexpected identifier "a" in aggregation'),
    ("sum by a (x)", '1:8 unexpected identifier "a" in grouping opts, expected "("'),
    ("sum by (a b) (x)", '1:11 unexpected identifier "b" in grouping opts, expected "," or ")"'),
    ("sum by (1) (x)", '1:9 unexpected number "1" in grouping opts, expected label'),
    ('sum by ("") (x)', '1:9 invalid label name for grouping: ""'),
    ("sum by ('\\xff') (x)", '1:9 invalid label name for grouping: "\\xff"'),
    ("sum()", "1:1 no arguments for aggregate expression provided"),
    (
        "sum(a, b)",
        "1:1 wrong number of arguments for aggregate expression provided, expected 1, got 2",
    ),
    (
        "topk(a)",
        "1:1 wrong number of arguments for aggregate expression provided, expected 2, got 1",
    ),
    ("rate(a,)", "1:7 trailing commas not allowed in function call args"),
    ("rate(a,,b)", "1:7 trailing commas not allowed in function call args"),
    ("rate(,a)", '1:6 unexpected ","'),
    ("nope(a)", '1:1 unknown function with name "nope"'),
    ("x{a}", '1:4 unexpected "}" in label matching, expected label matching operator'),
    ("x{a=1}", "1:5 unexpected character inside braces: '1'"),
    ("x{a=b}", '1:5 unexpected identifier "b" in label matching, expected string'),
    ('x{a="b" c="d"}', '1:9 unexpected identifier "c" in label matching, expected "," or "}"'),
    ("x{,}", '1:3 unexpected "," in label matching, expected identifier or "}"'),
    ('x{a=~"*"}', "1:3 error parsing regexp: missing argument to repetition operator: `*`"),
    ("x offset", "1:9 unexpected end of input in offset, expected …"),
    ("x offset foo", '1:10 unexpected identifier "foo" in offset, expected …'),
    ("x @", "1:4 unexpected end of input in @, expected timestamp"),
    ("x @ start", "1:10 unexpected end of input in @, expected timestamp"),
    ("x @ y", '1:5 unexpected identifier "y" in @, expected timestamp'),
    ("x @ Inf", "1:1 timestamp out of bounds for @ modifier: +Inf"),
    ("x @ 1e20", "1:1 timestamp out of bounds for @ modifier: 100000000000000000000.000000"),
    ("x[]", '1:3 unexpected "]" in subquery or range selector, expected …'),
    ("x[5m 5m]", '1:6 unexpected duration "5m" in subquery or range, expected ":" or "]"'),
    ("x[5m:5m 5m]", '1:9 unexpected duration "5m" in subquery selector, expected "]"'),
    ("x[5m:)]", "1:7 unexpected right parenthesis ')'"),
    ("a[1:,]", '1:5 unexpected "," in subquery selector, expected number, duration, step(), range(), or "]"'),
    ("x[0]", "1:3 duration must be greater than 0"),
    ("x[-5m]", "1:3 duration must be greater than 0"),
    ("x[5m5m]", '1:3 not a valid duration string: "5m5m"'),
    ("x[5y1hs]", '1:3 unknown unit "hs" in duration "5y1hs"'),
    ("x[300y]", "1:3 duration out of range"),
    ("x offset 1e10", "1:10 duration out of range"),
    ("x[1/0]", "1:4 division by zero"),
    ("x[1%0]", "1:4 modulo by zero"),
    ("x[step]", '1:7 unexpected "]" in subquery or range selector, expected …'),
    ("1e309", '1:1 bad number "1e309": value out of range'),
    ("a + fill(x) b", '1:10 unexpected identifier "x"'),
    ("(1))", "1:5 unexpected right parenthesis ')'"),
    ("a - on(b) ignoring(c) d", "1:11 unexpected <ignoring>"),
    ('x["5m"]', "1:3 unexpected character in duration expression: '\"'"),
    ("a +\n  * b", "2:3 unexpected <op:*>"),
]  # fmt: skip

MEANING = [
    ("1 > 2", "1:3 comparisons between scalars must use BOOL modifier"),
    ("a + bool b", "1:3 bool modifier can only be used on comparison operators"),
    ("1 and 2", '1:1 set operator "and" not allowed in binary scalar expression'),
    ("a or 1", '1:1 set operator "or" not allowed in binary scalar expression'),
    ("a + on (x) 1", "1:1 vector matching only allowed between instant vectors"),
    ("a + fill (0) 1", "1:1 filling in missing series only allowed between instant vectors"),
    ("a and fill (0) b", "1:1 filling in missing series not allowed for set operators"),
    ("a and on (x) group_left b", '1:1 no grouping allowed for "and" operation'),
    (
        "a + on (x) group_left (x) b",
        '1:3 label "x" must not occur in ON and GROUP clause at once',
    ),
    ("a[5m] + 1", "1:1 binary expression must contain only scalar and instant vector types"),
    ('1 + "a"', "1:5 binary expression must contain only scalar and instant vector types"),
    ('-"a"', '1:1 unary …, got "string"'),
    ("-a[5m]", '1:1 unary …, got "range vector"'),
    ("rate(a)", '1:6 expected type range vector in call to function "rate", got instant vector'),
    ("sum(a[5m])", "1:5 expected type instant vector in aggregation expression, got range vector"),
    ("topk(a, b)", "1:6 expected type scalar in aggregation parameter, got instant vector"),
    ("count_values(1, b)", "1:14 expected type string in aggregation parameter, got scalar"),
    ("time(1)", '1:1 expected 0 argument(s) in call to "time", got 1'),
    ("round()", '1:1 expected at least 1 argument(s) in call to "round", got 0'),
    ("round(a, 1, 2)", '1:1 expected at most 2 argument(s) in call to "round", got 3'),
    ('label_join(a, "b")', '1:1 expected at least 3 argument(s) in call to "label_join", got 2'),
    ("info(a, b)", "1:9 expected label selectors only, got vector selector instead"),
    ("info(a, sum({b='c'}))", "1:9 expected label selectors only"),
    ("info(a, 1)", '1:1 expected type instant vector in call to function "info", got scalar'),
    ("1[5m:]", "1:1 subquery is only allowed on instant vector, got scalar instead"),
    ("a[5m][5m:]", "1:1 subquery is only allowed on instant vector, got matrix instead"),
    ("{}", "1:1 vector selector must contain at least one non-empty matcher"),
    ('{a=~".*"}', "1:1 vector selector must contain at least one non-empty matcher"),
    ('{a!="b"}', "1:1 vector selector must contain at least one non-empty matcher"),
    ('a{__name__="b"}', '1:1 metric name must not be set twice: "a" or "b"'),
    ("sum(a)[5m]", "1:7 ranges only allowed for vector selectors"),
    ("a offset 1m [5m]", "1:13 no offset modifiers allowed before range"),
    ("a @ 1 [5m]", "1:7 no @ modifiers allowed before range"),
    ("a offset 1m offset 2m", "1:1 offset may not be set multiple times"),
    ("a @ 1 @ 2", "1:1 @ <timestamp> may not be set multiple times"),
    (
        "1 offset 1m",
        "1:1 offset modifier must be preceded by a selector",
    ),
    (
        "(a) @ 1",
        "1:1 @ modifier must be preceded by a selector",
    ),
    ("a[5m] anchored smoothed", "1:1 anchored and smoothed modifiers cannot be used together"),
    ("a[5m:] smoothed", "1:1 smoothed modifier is not supported for subqueries"),
    ("1 anchored", "1:1 anchored modifier not implemented"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), SYNTAX)
def test_what_is_no_promql_is_refused_at_its_place(text: str, message: str) -> None:
    with pytest.raises(ParseError) as caught:
        parse(text)
    assert shortened(str(caught.value)) == message


@pytest.mark.parametrize(("text", "message"), MEANING)
def test_what_has_no_meaning_is_refused_at_its_place(text: str, message: str) -> None:
    with pytest.raises(ParseError) as caught:
        parse(text)
    assert shortened(str(caught.value)) == message


def test_an_error_points_at_the_text_it_is_about() -> None:
    with pytest.raises(ParseError) as caught:
        parse("sum(rate(up))")
    error = caught.value
    assert error.text[error.span.start : error.span.end] == "up"


def test_an_error_about_no_text_at_all_has_no_position() -> None:
    with pytest.raises(ParseError) as caught:
        parse("")
    assert str(caught.value) == "unknown position: parse error: no expression found in input"


def test_a_function_that_was_renamed_is_refused_with_its_new_name() -> None:
    with pytest.raises(ParseError) as caught:
        parse("-holt_winters(a[1m], 1, 1)")
    assert str(caught.value) == (
        '1:2: parse error: unknown function with name "holt_winters",'
        ' which Prometheus 3 calls "double_exponential_smoothing"'
    )
