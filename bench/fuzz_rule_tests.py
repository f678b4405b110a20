"""Throws many texts at templates, rule files and test files: only our own errors may come out.

.venv/bin/python bench/fuzz_rule_tests.py [COUNT] [SEED]
"""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path

from ledgerscope.promql.errors import PromQLError
from ledgerscope.promql.rules.load import read_rules
from ledgerscope.promql.template.alert import AlertTemplates, check_template
from ledgerscope.promql.template.values import AlertData, QueryResult, StringMap, TemplateSample
from ledgerscope.promql.testing.load import read_tests

PIECES = (
    "{{", "}}", "{{-", "-}}", "{{/*", "*/}}", " ", "\n", "$value", "$labels", "$labels.a", ".", ".Value",
    ".Labels", "|", "(", ")", ",", ":=", "=", "$x", "$", "1", "1.5", "-2", "0x1F", "1e400",
    "9999999999999999999999", "1i", "'a'", '"text"', '"%d %s"', "`raw`", '"', "'", "`", "\\", "é", "\x00",
    "nil", "true", "false", "if", "else", "else if", "end", "range", "with", "define", "block",
    "template", "break", "continue", "and", "or", "not", "len", "index", "slice", "print", "printf",
    "println", "html", "js", "urlquery", "call", "eq", "ne", "lt", "le", "gt", "ge", "query", "first",
    "value", "label", "strvalue", "args", "reReplaceAll", "safeHtml", "match", "title", "toUpper",
    "toLower", "graphLink", "tableLink", "sortByLabel", "stripPort", "stripDomain", "humanize",
    "humanize1024", "humanizeDuration", "humanizePercentage", "humanizeTimestamp", "toTime", "toDuration",
    "now", "pathPrefix", "externalURL", "parseDuration", "urlQueryEscape", '"(a+)"', '"["', '"1h"', '"x"',
)  # fmt: skip
VERBS = (
    "%d", "%5.2f", "%-8s", "%q", "%x", "%+v", "%#v", "%T", "%[2]d", "%*d", "%", "%z", "%U", "%c", "%e",
    "%08.3g", "%.0f",
)  # fmt: skip
YAML_PIECES = (
    "groups:", "tests:", "rule_files:", "- ", "  ", "\n", "\n  ", "\n    - ", "name: ", "rules:",
    "record: ", "alert: ", "expr: ", "for: ", "labels:", "annotations:", "input_series:", "series: ",
    "values: ", "alert_rule_test:", "promql_expr_test:", "eval_time: ", "exp_alerts:", "exp_samples:",
    "value: ", "interval: ", "start_timestamp: ", "external_labels:", "{", "}", "[", "]", "'", '"', "|",
    ">", "&a ", "*a", "<<: *a", "5m", "1", "x", "up == 0", "0+1x5", "{{count:1}}", "~", "!!str", "---\n",
    "#", ": ", ", ", "é", "\t", "1e999", ".nan", "kind: PrometheusRule\n", "spec:", "apiVersion: v1\n",
)  # fmt: skip
DATA = AlertData(StringMap(a="b", job="x:1"), 1234.5, StringMap(c="d"), "http://e/p")


def query(expression: str) -> QueryResult:
    samples = [TemplateSample(StringMap(a=str(index)), float(index)) for index in range(3)]
    return QueryResult(samples if len(expression) % 2 else [])


def template(chance: random.Random) -> str:
    if chance.random() < 0.2:
        verb = "".join(chance.choice(VERBS) for _ in range(chance.randint(1, 3)))
        arguments = " ".join(chance.choice(PIECES) for _ in range(chance.randint(0, 3)))
        return f'{{{{ printf "{verb}" {arguments} }}}}'
    words = [chance.choice(PIECES) for _ in range(chance.randint(1, 10))]
    body = " ".join(words) if chance.random() < 0.7 else "".join(words)
    return f"{{{{ {body} }}}}" if chance.random() < 0.7 else body


def render(chance: random.Random) -> None:
    text = template(chance)
    check_template("A", text)
    AlertTemplates("A", 0, query).expand(text, DATA)


def read(chance: random.Random) -> None:
    text = "".join(chance.choice(YAML_PIECES) for _ in range(chance.randint(1, 25)))
    for reader in (lambda: read_rules(text, "f"), lambda: read_tests(text, Path("f"))):
        try:
            reader()
        except PromQLError:
            continue


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.SystemRandom().randrange(2**32)
    begin = time.perf_counter()
    for index in range(count):
        chance = random.Random(seed * 1_000_003 + index)  # noqa: S311 - test data
        try:
            (render if index % 4 else read)(chance)
        except Exception:
            print(f"seed {seed}, input {index}")
            raise
    print(f"{count} inputs, seed {seed}, {time.perf_counter() - begin:.1f} s: only our own errors")


if __name__ == "__main__":
    main()
