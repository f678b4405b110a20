"""Whatever the text: a file, or faults with their places."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from ledgerscope.promql.rules.load import read_rules
from ledgerscope.promql.testing.load import read_tests
from ledgerscope.promql.yaml.nodes import FileError

PIECES = (
    "groups:", "tests:", "rule_files:", "- ", "\n", "\n  ", "\n  - ", "name: ", "rules:", "record: a",
    "alert: A", "expr: up", "expr: '('", "for: 5m", "labels:", "input_series:", "series: up",
    "values: 1x5", "eval_time: 1m", "alert_rule_test:", "promql_expr_test:", "exp_samples:", "value: 1",
    "{", "}", "[", "]", "'", '"', "|", "&a ", "*a", "<<: *a", "~", "!!str", "---\n", "#", ": ", ", ",
    "\t", "kind: PrometheusRule\n", "spec:",
)  # fmt: skip
TEXTS = (st.lists(st.sampled_from(PIECES), max_size=25).map("".join)) | st.text(max_size=60)


@given(TEXTS)
def test_any_text_is_a_file_or_has_faults(text: str) -> None:
    for read in (lambda: read_rules(text, "f"), lambda: read_tests(text, Path("f"))):
        try:
            read()
        except FileError as error:
            assert all(fault.where.line >= 1 and fault.where.column >= 1 for fault in error.faults)  # noqa: PT017
            assert str(error)  # noqa: PT017 - both outcomes are right; a fault has to say something
