from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from ledgerscope.promql.syntax.analysis import (
    ANY_LABELS,
    LabelSet,
    infer,
    metric_name,
    selectors,
    uses,
)
from ledgerscope.promql.syntax.dialect import EVERYTHING
from ledgerscope.promql.syntax.parser import parse as parse_dialect
from ledgerscope.promql.syntax.parser import parse_selector

if TYPE_CHECKING:
    from ledgerscope.promql.syntax.ast import VectorSelector

parse = partial(parse_dialect, dialect=EVERYTHING)


METRICS = {
    "requests": LabelSet(frozenset({"job", "code", "instance"})),
    "latency_bucket": LabelSet(frozenset({"job", "le"})),
    "team_info": LabelSet(frozenset({"job", "team"})),
}


def labels_of(selector: VectorSelector) -> LabelSet:
    return METRICS.get(metric_name(selector) or "", ANY_LABELS)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("up", "up"),
        ('{"my.metric"}', "my.metric"),
        ('{__name__="up"}', "up"),
        ('{__name__=~"a|b"}', None),
        ('{job="a"}', None),
    ],
)
def test_a_selector_may_name_its_metric(text: str, name: str | None) -> None:
    assert metric_name(parse_selector(text)) == name


def test_every_selector_is_found_in_the_order_written() -> None:
    expr = parse('sum(rate(a[5m])) / on (x) max_over_time((b + c)[5m:]) or {job="d"}')
    assert [selector.name for selector in selectors(expr)] == ["a", "b", "c", ""]


def test_the_first_function_over_a_selector_is_known() -> None:
    expr = parse("sum(rate(a[5m])) + sum(b) + -(c) + deriv((d)[1h:]) + absent(e > 1)")
    assert [(use.selector.name, use.function) for use in uses(expr)] == [
        ("a", "rate"),
        ("b", "sum"),
        ("c", None),
        ("d", "deriv"),
        ("e", None),
    ]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("requests", {"job", "code", "instance"}),
        ("rate(requests[5m])", {"job", "code", "instance"}),
        ("-(requests)", {"job", "code", "instance"}),
        ("max_over_time(sum by (job) (requests)[1h:])", {"job"}),
        ("sum(requests)", set()),
        ("sum by (job, code) (requests)", {"job", "code"}),
        ("sum without (instance) (requests)", {"job", "code"}),
        ("topk by (job) (1, requests)", {"job", "code", "instance"}),
        ('count_values by (job) ("version", requests)', {"job", "version"}),
        ("histogram_quantile(0.9, rate(latency_bucket[5m]))", {"job"}),
        ('histogram_quantiles(latency_bucket, "q", 0.9)', {"job", "q"}),
        ('label_replace(team_info, "short", "$1", "team", "(.).*")', {"job", "team", "short"}),
        ('label_join(team_info, ("both"), "-", "job", "team")', {"job", "team", "both"}),
        ('absent(requests{job="a", code=~"5.."})', {"job"}),
        ('absent_over_time(requests{job="a"}[5m])', {"job"}),
        ("absent(sum(requests))", set()),
        ("requests + on (job) team_info", {"job"}),
        ("requests + ignoring (code, instance, team) team_info", {"job"}),
        ("requests * on (job) group_left (team) team_info", {"job", "code", "instance", "team"}),
        ("team_info * on (job) group_right (team) requests", {"job", "code", "instance", "team"}),
        ("requests and on (job) team_info", {"job", "code", "instance"}),
        ("requests unless team_info", {"job", "code", "instance"}),
        ("requests or team_info", {"job", "code", "instance", "team"}),
        ("requests > 5", {"job", "code", "instance"}),
        ("5 < team_info", {"job", "team"}),
        ("vector(1)", set()),
        ("scalar(requests)", set()),
        ("scalar(requests) * team_info", {"job", "team"}),
        ("time() + 1", set()),
        ("day_of_week()", set()),
        ("vector(scalar(requests))", set()),
    ],
)
def test_the_labels_of_a_result_are_inferred(text: str, names: set[str]) -> None:
    inference = infer(parse(text), labels_of)
    assert inference.labels == LabelSet(frozenset(names))
    assert inference.unknown == ()


def test_an_unknown_metric_may_carry_any_label() -> None:
    assert infer(parse("sum by (a) (mystery)"), labels_of).labels == LabelSet(frozenset({"a"}))
    assert infer(parse("mystery + on (x) group_left (y) other"), labels_of).labels.has("z")
    assert infer(parse("info(requests)"), labels_of).labels == ANY_LABELS
    assert not infer(parse("sum without (a) (mystery)"), labels_of).labels.names


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ('requests{team="a"}', [("team", "matcher", 'team="a"')]),
        ("sum by (job, team) (requests)", [("team", "by", "sum by (job, team) (requests)")]),
        ("sum without (team) (requests)", [("team", "without", "sum without (team) (requests)")]),
        ("requests + on (team) team_info", [("team", "on", "requests")]),
        ("requests + ignoring (x) team_info", [("x", "ignoring", "requests + ignoring (x) team_info")]),
        ("requests * on (job) group_left (nope) team_info", [("nope", "group_left", "team_info")]),
        ("team_info * on (job) group_right (nope) requests", [("nope", "group_right", "team_info")]),
        ("sum by (code) (sum(requests))", [("code", "by", "sum by (code) (sum(requests))")]),
    ],
)  # fmt: skip
def test_a_label_that_cannot_exist_is_reported_where_it_is_named(
    text: str, unknown: list[tuple[str, str, str]]
) -> None:
    found = infer(parse(text), labels_of).unknown
    assert [(u.label, u.where, text[u.span.start : u.span.end]) for u in found] == unknown


def test_the_metric_name_may_be_grouped_by() -> None:
    assert infer(parse("count by (__name__) (requests)"), labels_of).unknown == ()
