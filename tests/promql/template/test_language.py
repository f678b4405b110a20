"""What the template language of Prometheus 2.42 does not have, or says otherwise."""

from __future__ import annotations

import pytest

from ledgerscope.promql.syntax.dialect import PROMETHEUS_2
from ledgerscope.promql.template.alert import AlertTemplates, check_template
from ledgerscope.promql.template.language import LANGUAGES
from ledgerscope.promql.template.values import AlertData, QueryResult, StringMap

DATA = AlertData(StringMap(job="api"), 1.5, value_type="float64")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{{ now }}", 'function "now" not defined; Prometheus has it since 3.6'),
        ("{{ toDuration 1 }}", 'function "toDuration" not defined; Prometheus has it since 3.6'),
        ("{{ urlQueryEscape `a` }}", 'function "urlQueryEscape" not defined; Prometheus has it since 3.8'),
        ("{{ with 0 }}{{ else with 1 }}{{ end }}", "unexpected <with> in else"),
    ],
)
def test_what_came_later_is_refused(text: str, fault: str) -> None:
    assert str(check_template("A", text, PROMETHEUS_2)) == f"template: __alert_A:1: {fault}"
    assert check_template("A", text) is None


@pytest.mark.parametrize(
    ("text", "in_2", "in_3"),
    [
        ("{{ range 2 }}x{{ end }}", "<2>: range can't iterate over 2>", "xx"),
        ("{{ call $value }}", "non-function of type float64>", "non-function 1.5 of type float64>"),
        (
            '{{ parseDuration "1x" }}',
            'not a valid duration string: "1x">',
            'unknown unit "x" in duration "1x">',
        ),
        ('{{ match "(?<x>a)" "a" }}', "invalid or unsupported Perl syntax: `(?<`>", "true"),
        (
            '{{ reReplaceAll "(?<x>a)" "<$x>" "ab" }}',
            "regexp: Compile(`(?<x>a)`): error parsing regexp: invalid or unsupported Perl syntax: `(?<`>",
            "<a>b",
        ),
    ],
)
def test_what_is_said_otherwise(text: str, in_2: str, in_3: str) -> None:
    for generation, expected in (("2", in_2), ("3", in_3)):
        templates = AlertTemplates("A", 0, lambda _: QueryResult(), language=LANGUAGES[generation])
        assert templates.expand(text, DATA).endswith(expected)
