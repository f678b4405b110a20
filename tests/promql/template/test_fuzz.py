"""Whatever the text: a rendering, or an error in our own words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerscope.promql.template.alert import AlertTemplates, check_template
from ledgerscope.promql.template.values import AlertData, QueryResult, StringMap, TemplateSample

DATA = AlertData(StringMap(a="b", job="x:1"), 1234.5)
WORDS = (
    "$value", "$labels", "$labels.a", ".", ".Value", ".Nope", "|", "(", ")", ":=", "=", ",", "$x", "1",
    "-2", "1.5", "0x1F", "'a'", '"%5.2f|%q"', "`r`", "nil", "true", "if", "else", "end", "range",
    "with", "define", "template", "block", "break", "continue", "and", "or", "not", "len", "index",
    "slice", "print", "printf", "html", "js", "urlquery", "eq", "lt", "query", "first", "value",
    "label", "args", "match", "reReplaceAll", "title", "humanize", "humanizeDuration", "toTime",
    "parseDuration",
)  # fmt: skip
ACTIONS = st.lists(st.sampled_from(WORDS), max_size=6).map(lambda words: "{{ " + " ".join(words) + " }}")
TEXTS = st.lists(ACTIONS | st.text(max_size=5) | st.sampled_from(["{{", "}}", "{{-", "-}}", "{{/*", "*/}}"]))


def query(expression: str) -> QueryResult:
    return QueryResult([TemplateSample(StringMap(a="1"), 1.0)] if len(expression) % 2 else [])


@given(TEXTS.map("".join))
def test_any_text_renders_or_says_why_not(text: str) -> None:
    rendered = AlertTemplates("A", 0, query).expand(text, DATA)
    fault = check_template("A", text)
    if fault is not None:
        assert rendered == f"<error expanding template: error parsing template __alert_A: {fault}>"
    elif "{{" not in text:
        assert rendered == text


@pytest.mark.parametrize(
    "text",
    [
        "{{" + "(" * 5000 + "1" + ")" * 5000 + "}}",
        "{{ if 1 }}" * 5000 + "{{ end }}" * 5000,
        "{{ len " + "(len " * 70,
    ],
)
def test_a_template_nested_beyond_reason_is_refused(text: str) -> None:
    assert "nested too deeply" in str(check_template("A", text))


def test_a_template_that_calls_itself_ends() -> None:
    text = '{{ define "a" }}x{{ template "a" . }}{{ end }}{{ template "a" . }}'
    rendered = AlertTemplates("A", 0, query).expand(text, DATA)
    assert rendered.endswith("exceeded maximum template depth (100000)>")


def test_nesting_within_reason_works() -> None:
    text = "{{ " + "(" * 40 + "1" + ")" * 40 + " }}" + "{{ if 1 }}" * 40 + "x" + "{{ end }}" * 40
    assert AlertTemplates("A", 0, query).expand(text, DATA) == "1x"
