"""Following Prometheus 2.42: what it refuses is refused, with the version that has it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
import yaml

from ledgerscope.promql.engine.engine import Engine
from ledgerscope.promql.errors import ParseError
from ledgerscope.promql.samples.labels import Labels
from ledgerscope.promql.samples.storage import Storage
from ledgerscope.promql.syntax.dialect import PROMETHEUS_2, Dialect
from ledgerscope.promql.syntax.parser import parse, parse_metric
from tests import processes

TEXTS = [
    line
    for line in Path(__file__).with_name("grammar_of_2.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
]


def is_refused(text: str) -> bool:
    try:
        parse(text, PROMETHEUS_2)
    except ParseError:
        return True
    return False


@pytest.mark.prometheus
@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is not there")
def test_what_promtool_refuses_is_refused(tmp_path: Path) -> None:
    rules = [{"record": "r", "expr": text} for text in TEXTS]
    path = tmp_path / "rules.yml"
    path.write_text(yaml.safe_dump({"groups": [{"name": "g", "rules": rules}]}, allow_unicode=True), "utf-8")
    done = processes.run("promtool", "check", "rules", path)
    refused = re.findall(r'rule (\d+), "r": could not parse expression', done.stdout + done.stderr)
    assert len(refused) > 100
    assert {text for text in TEXTS if is_refused(text)} == {TEXTS[int(number) - 1] for number in refused}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "a[300]",
            "1:3: parse error: Prometheus 2.42 has no durations without a unit; there are some since 3.0",
        ),
        (
            "a[5m * 2]",
            "1:3: parse error: Prometheus 2.42 has no arithmetic on durations; there are some since 3.4",
        ),
        (
            "a offset (1m)",
            "1:10: parse error: Prometheus 2.42 has no durations in parentheses*3.4",
        ),
        ("a > 5m", "1:5: parse error: Prometheus 2.42 has no durations as numbers*3.0"),
        (
            "1_000",
            "1:1: parse error: Prometheus 2.42 has no underscores in numbers; there are some since 3.0",
        ),
        ('{"a.b"}', "1:2: parse error: Prometheus 2.42 has no names in quotes*3.0"),
        (
            'sum by ("a.b") (x)',
            "1:9: parse error: Prometheus 2.42 has no names in quotes; there are some since 3.0",
        ),
        ("a </ 1", "1:3: parse error: Prometheus 2.42 has no operators that trim histograms*3"),
        ("a offset 0s", "1:10: parse error: duration must be greater than 0"),
        (
            "mad_over_time(a[5m])",
            '1:1: parse error: unknown function with name "mad_over_time"*2.49',
        ),
        (
            "histogram_avg(a)",
            '1:1: parse error: unknown function with name "histogram_avg"*2.51',
        ),
    ],
)
def test_a_refusal_names_the_version_that_has_it(text: str, message: str) -> None:
    with pytest.raises(ParseError) as caught:
        parse(text, PROMETHEUS_2)
    start, _, end = message.partition("*")
    assert str(caught.value).startswith(start)
    assert str(caught.value).endswith(end)


def test_series_have_no_quoted_names() -> None:
    with pytest.raises(ParseError, match="names in quotes"):
        parse_metric('{"a.b"}', PROMETHEUS_2)


@pytest.mark.parametrize(("compat", "found"), [("2", 0), ("3", 1)])
@pytest.mark.parametrize(
    "expression",
    ['a{l=~"x.y"}', 'label_replace(a, "l", "z", "l", "x.y") == on (l) label_replace(a, "l", "z", "", "")'],
)
def test_a_dot_matches_a_line_break_since_prometheus_3(expression: str, compat: str, found: int) -> None:
    storage = Storage()
    storage.append(Labels({"__name__": "a", "l": "x\ny"}), [0], [1.0])
    assert len(Engine(compat).instant(storage, expression, 0).vector) == found


@pytest.mark.parametrize("flag", ["promql-at-modifier", "promql-negative-offset", "no-default-scrape-port"])
def test_flags_that_have_lost_their_meaning_are_accepted_for_2(flag: str) -> None:
    assert Dialect.of("2", [f"{flag},,"]) == PROMETHEUS_2


def test_the_advice_for_2_names_no_flag_it_does_not_have() -> None:
    for text in ("limitk(1, a)", "a + on () fill(0) b", "a[5m] anchored", "rate(a[5m] smoothed)"):
        with pytest.raises(ParseError, match="there are some since") as caught:
            parse(text, PROMETHEUS_2)
        assert "feature" not in str(caught.value)
