"""Generated rule files and test files as texts: documents, fields, spellings, missing values, mistakes.

A file begins as one of `tests.promql.rules.conftest`: random rule groups over random series. Features of
`CHANGES` change its data, those of `RULE_TEXTS` and `TEST_TEXTS` the text it is written as. Not drawn is what
is refused here and not by promtool: a rule file that is not there, a series without a name, a label twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from tests.promql.differential.edges import edge
from tests.promql.differential.template_grammar import template
from tests.promql.rules.conftest import Generator as RulesGenerator
from tests.promql.rules.conftest import case_file

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable
    from random import Random

Document = dict[str, Any]
#: One name in all files, so that their annotations have one place for drawn templates.
DRAWN = "drawn"

FLAGS = (
    "", "", "promql-at-modifier", "promql-negative-offset", "no-default-scrape-port", "promql-at-modifier,,",
    "promql-at-modifier,promql-negative-offset", "promql-experimental-functions", "promql-duration-expr",
    "promql-delayed-name-removal", "promql-binop-fill-modifiers", "type-and-unit-labels", "unheard-of",
)  # fmt: skip


@dataclass(slots=True)
class Files:
    """The files of one comparison as data; `dressed` writes them with the features drawn."""

    document: Document
    rule_text: Callable[[str], str]
    test_text: Callable[[str], str]

    @property
    def rules(self) -> str:
        """The text of the rule file."""
        return self.rule_text(_dump({"groups": self.document["groups"]}))

    @property
    def tests(self) -> str:
        """The text of the test file."""
        rest = {name: value for name, value in self.document.items() if name != "groups"}
        return self.test_text(_dump(rest))


def _dump(document: Document) -> str:
    return str(yaml.safe_dump(document, sort_keys=False, width=10_000, allow_unicode=True))


def draw_files(random: Random, seen: Counter[str]) -> Files:
    """The files of one comparison, with up to three features."""
    document = case_file(RulesGenerator(random))
    for rule in _rules(document):
        if "alert" in rule and random.random() < 0.5:
            rule["annotations"][DRAWN] = template(random, seen, 3)
    for _ in range(random.choice((0, 0, 1, 1, 1, 2))):
        name = random.choice(sorted(CHANGES))
        if CHANGES[name](document, random, seen):
            seen[name] += 1
    texts = []
    for table in (RULE_TEXTS, TEST_TEXTS):
        name = random.choice(sorted(table)) if random.random() < 0.25 else ""
        seen[name] += bool(name)
        texts.append(table.get(name, str))
    return Files(document, *texts)


def _rules(document: Document) -> list[Document]:
    return [rule for group in document["groups"] for rule in group["rules"]]


def _test(document: Document, random: Random) -> Document:
    found: Document = random.choice(document["tests"])
    return found


# -- changes of the data: each says whether it found something to change ---------------------------


def _series(change: Callable[[Document, Random], None], *, last: bool = False) -> Any:
    def run(document: Document, random: Random, _: Counter[str]) -> bool:
        inputs = _test(document, random).get("input_series")
        if not inputs:
            return False
        change(inputs[-1] if last else random.choice(inputs), random)
        return True

    return run


def _values(*texts: str | None) -> Any:
    return _series(lambda series, random: series.update(values=random.choice(texts)))


def _named(*texts: str) -> Any:
    return _series(lambda series, random: series.update(series=random.choice(texts)))


def _of_rules(change: Callable[[Document, Random], object], kind: str = "") -> Any:
    def run(document: Document, random: Random, _: Counter[str]) -> bool:
        rules = [rule for rule in _rules(document) if not kind or kind in rule]
        if not rules:
            return False
        change(random.choice(rules), random)
        return True

    return run


def _of_groups(**fields: Any) -> Any:
    def run(document: Document, random: Random, _: Counter[str]) -> bool:
        random.choice(document["groups"]).update(fields)
        return True

    return run


def _of_tests(**fields: Any) -> Any:
    def run(document: Document, random: Random, _: Counter[str]) -> bool:
        _test(document, random).update(fields)
        return True

    return run


def _of_file(**fields: Any) -> Any:
    def run(document: Document, *_: Any) -> bool:
        document.update(fields)
        return True

    return run


def _edge_in_a_rule(document: Document, random: Random, seen: Counter[str]) -> bool:
    random.choice(_rules(document))["expr"] = edge(random, seen)
    return True


def _edge_in_a_test(document: Document, random: Random, seen: Counter[str]) -> bool:
    case = {"eval_time": "3m", "expr": edge(random, seen), "exp_samples": []}
    _test(document, random).setdefault("promql_expr_test", []).append(case)
    return True


def _second_group(document: Document, random: Random, _: Counter[str]) -> bool:
    other = case_file(RulesGenerator(random))["tests"][0]
    document["tests"].append({**other, "name": random.choice(("second", "", "zwei: 2"))})
    return True


def _group_twice(document: Document, *_: Any) -> bool:
    document["groups"].append({"name": "first", "rules": []})
    return True


def _drawn_label(document: Document, random: Random, seen: Counter[str]) -> bool:
    alerts = [rule for rule in _rules(document) if "alert" in rule]
    if not alerts:
        return False
    random.choice(alerts)["labels"][DRAWN] = template(random, seen, 2)
    return True


def _without(name: str) -> Any:
    def run(document: Document, random: Random, _: Counter[str]) -> bool:
        _test(document, random).pop(name, None)
        return True

    return run


def _nameless_case(document: Document, random: Random, _: Counter[str]) -> bool:
    _test(document, random).setdefault("alert_rule_test", []).append({"eval_time": "1m"})
    return True


CHANGES: dict[str, Any] = {
    # missing values
    "series: no values": _series(lambda series, _: series.pop("values")),
    "series: values are null": _values(None),
    "series: values are empty": _values("", " ", "  "),
    "series: nothing but missing values": _values("_", "_x5", "_ _x3 _"),
    "series: begins late": _values("_x4 1 2 3", "_ _ _ 5+1x6", "_x9 0x3"),
    "series: ends, and begins anew": _values("1 stale _x3 2x4", "1x3 stale stale 5 _ stale 1+1x3", "stale 1"),
    "series: a gap longer than the lookback": _values("1 _x8 2x2", "0+1x2 _x6 _ 3"),
    "series: odd spacing": _values("  1   2  3 ", "1\t2\t3", "1 2 \t", "+1 -1 +1+1x2 -2-1x3"),
    "series: special numbers": _values("NaN Inf -Inf +Inf", "inf nan", "1e3 1e-3x2 -0", ".5 5. 0.5e1"),
    "series: there twice": _series(lambda series, _: series.update(series='up{instance="a",job="x"}')),
    # spellings of series
    "series: another spelling": _named(
        "up{instance='a',job=`x`,}", 'up{ instance = "a" }', "up{}", '{__name__="up",job="x"}', '{job="x"}',
        'up{job=""}', 'up{job="é\\n\\""}', "sum", 'by{by="x"}', "a:b", 'up{__name__="load"}', "up  ",
    ),
    # what no generation reads
    "series: unreadable values": _values(
        "1x", "1+1", "1 2,3", "stalex2", "1;2", "x", "_x", "1x-1", "1x2x3", "stale1", "1x1.5", "--1", "1 # 2",
    ),
    "series: unreadable name": _named("up{", "up{job}", "up{job=~'x'}", "1up", "up job", 'up{job="x"',
    "up{,}", "inf"),
    "series: several lines": _values("1 2\n3 4", "1\n2\n", "\n1 2"),
    "series: a line break at the end": _series(lambda series, _: series.update(values="1x9\n"), last=True),
    # what came after 2.42
    "newer: histograms in values": _values("{{count:1}}", "{{}}x3",
    "1 {{schema:0 count:1 sum:2 buckets:[1]}}"),
    "newer: underscores in values": _values("1_0 2", "1+1_0x3"),
    "newer: names in quotes": _named('{"up.x"}', '{"up", job="x"}', 'up{"a.b"="c"}'),
    "newer: fuzzy_compare": _of_file(fuzzy_compare=True),
    "newer: start_timestamp": _of_tests(start_timestamp=60),
    "newer: query_offset": _of_groups(query_offset="1m"),
    "newer: labels of a group": _of_groups(labels={"a": "b"}),
    "newer: an expected histogram": _of_tests(
        promql_expr_test=[{"eval_time": "1m", "expr": "up", "exp_samples": [{"labels": "up",
        "histogram": "{{}}"}]}]
    ),
    # expressions and templates
    "expression: at the edge, in a rule": _edge_in_a_rule,
    "expression: at the edge, in a test": _edge_in_a_test,
    "template: drawn, in a label": _drawn_label,
    # mistakes in rules
    "rule: both record and alert": _of_rules(lambda rule, _: rule.update(record="r", alert="A")),
    "rule: neither record nor alert": _of_rules(lambda rule, _: (rule.pop("record", 0), rule.pop("alert",
    0))),
    "rule: no expr": _of_rules(lambda rule, random: random.choice((rule.pop,
    lambda n: rule.update({n: ""})))("expr")),
    "rule: a record with for": _of_rules(lambda rule, _: rule.update({"for": "1m"}), "record"),
    "rule: a record with annotations": _of_rules(lambda rule, _: rule.update(annotations={"a": "b"}),
    "record"),
    "rule: a bad record name": _of_rules(
        lambda rule, random: rule.update(record=random.choice(("a b", "1a", "a{b}", "é", "a.b"))), "record"
    ),
    "rule: a bad label name": _of_rules(
        lambda rule, random: rule.update(labels={random.choice(("a.b", "1a", "é", "", "__name__",
        "a-b")): "x"})
    ),
    "rule: a bad annotation name": _of_rules(lambda rule, _: rule["annotations"].update({"a.b": "x"}),
    "alert"),
    "rule: a bad duration": _of_rules(
        lambda rule, random: rule.update({"for": random.choice(("1", "1x", "-1m", "1m1h", "1.5m", ""))}),
        "alert"
    ),
    "rule: unknown field": _of_rules(lambda rule, _: rule.update(expression="x")),
    "rule: empty lists and maps": _of_rules(lambda rule, _: rule.update(labels=None)),
    "rule: a number as a label": _of_rules(lambda rule, random: rule["labels"].update(n=random.choice((1,
    1.5, True)))),
    "rule: a number as an expression": _of_rules(lambda rule, random: rule.update(expr=random.choice((1, 1.5,
    0)))),
    "rule: a label __name__ of data": _of_rules(lambda rule, _: rule.update(expr='{__name__=~"up|load"}')),
    "group: twice": _group_twice,
    "group: no name": _of_groups(name=""),
    "group: no rules": _of_groups(rules=[]),
    "group: a bad interval": _of_groups(interval="1x"),
    "group: an interval": _of_groups(interval="17s"),
    "group: a limit": _of_groups(limit=1),
    # tests
    "test: a second group": _second_group,
    "test: no interval": _without("interval"),
    "test: no input": _of_tests(input_series=[]),
    "test: input is null": _of_tests(input_series=None),
    "test: no alerts asked for": _without("alert_rule_test"),
    "test: no expressions asked for": _without("promql_expr_test"),
    "test: no external labels": _without("external_labels"),
    "test: no evaluation interval": _of_file(evaluation_interval="0s"),
    "test: a nameless alert": _nameless_case,
    "test: a name": _of_tests(name="a: name"),
    "test: unknown field": _of_tests(inputs=[]),
    "test: a group twice in the order": _of_file(group_eval_order=["first", "second", "first"]),
    "test: an unknown group in the order": _of_file(group_eval_order=["first", "second", "third", "fourth"]),
    "test: rule files by pattern": _of_file(rule_files=["r*.yml"]),
    "test: a rule file twice": _of_file(rule_files=["rules.yml", "./rules.yml"]),
    "test: external labels that templates read": _of_tests(external_labels={"cluster": "é", "instance": "z"}),
}  # fmt: skip

# -- changes of the text ---------------------------------------------------------------------------

_VALID = "groups:\n- name: other\n  rules:\n  - alert: Down\n    expr: vector(1)\n"
RULE_TEXTS: dict[str, Callable[[str], str]] = {
    "rule file: a second document": lambda text: f"{text}---\n{_VALID}",
    "rule file: a second document of something else": lambda text: f"{text}---\n- 1\n- {{a: b}}\n",
    "rule file: a second document that is no YAML": lambda text: f"{text}---\na: b: c\n",
    "rule file: a second document that breaks off": lambda text: f'{text}---\n"a\n: [\n',
    "rule file: text after the end": lambda text: f"{text}...\n}}{{\n",
    "rule file: an unknown directive after the end": lambda text: f"{text}...\n%FOO\n---\nx\n",
    "rule file: an empty first document": lambda text: f"---\n---\n{text}",
    "rule file: a null as first document": lambda text: f"~\n---\n{text}",
    "rule file: a mark and comments": lambda text: f"# a\n--- # b\n# c\n{text}# d\n",
    "rule file: a directive": lambda text: f"%YAML 1.1\n---\n{text}",
    "rule file: an end": lambda text: f"{text}...\n",
    "rule file: marks behind it": lambda text: f"{text}---\n---\n",
    "rule file: empty": lambda _: "",
    "rule file: comments only": lambda _: "# nothing\n",
    "rule file: a field of its own": lambda text: f"x: 1\n{text}",
    "rule file: groups twice": lambda text: f"{text}groups: []\n",
    "rule file: no YAML": lambda text: f"{text}  x: [\n",
    "rule file: a tab": lambda text: f"{text}\tx: 1\n",
    "rule file: Windows line ends": lambda text: text.replace("\n", "\r\n"),
    "rule file: a byte order mark": lambda text: f"\ufeff{text}",
    "rule file: a list": lambda _: "- a\n",
    "rule file: anchors": lambda text: f"{text}".replace("groups:", "groups: &g", 1),
}
TEST_TEXTS: dict[str, Callable[[str], str]] = {
    "test file: a second document": lambda text: f"{text}---\n{text}",
    "test file: a second document of something else": lambda text: f"{text}---\nkind: x\n",
    "test file: a second document that is no YAML": lambda text: f"{text}---\na: b: c\n",
    "test file: an empty first document": lambda text: f"---\n---\n{text}",
    "test file: a mark and comments": lambda text: f"# a\n--- # b\n# c\n{text}# d\n",
    "test file: marks behind it": lambda text: f"{text}---\n---\n",
    "test file: an end": lambda text: f"{text}...\n",
    "test file: a field of its own": lambda text: f"{text}nope: 1\n",
    "test file: no YAML": lambda text: f"{text}  x: [\n",
    "test file: Windows line ends": lambda text: text.replace("\n", "\r\n"),
    "test file: empty": lambda _: "",
}
