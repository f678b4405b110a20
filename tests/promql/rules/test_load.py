"""Rule files: what is accepted, in which forms, and how a fault is message."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ledgerscope.promql.rules.load import load_rules, read_rules, rules_from
from ledgerscope.promql.rules.model import AlertingRule, RecordingRule
from ledgerscope.promql.syntax.dialect import PROMETHEUS_2, Dialect
from ledgerscope.promql.yaml.nodes import FileError

if TYPE_CHECKING:
    from pathlib import Path

GOOD = """
groups:
- name: one
  interval: 30s
  limit: 5
  query_offset: 1m
  labels: {team: billing}
  rules:
  - record: job:errors:rate5m
    expr: sum by (job) (rate(errors_total[5m]))
    labels: {level: 1}
  - alert: Errors
    expr: job:errors:rate5m > 1
    for: 5m
    keep_firing_for: 1h30m
    labels: {severity: page}
    annotations: {summary: "{{ $labels.job }}"}
"""


def faults(text: str, compat: str = "3") -> list[str]:
    with pytest.raises(FileError) as caught:
        read_rules(text, "r.yml", dialect=Dialect(compat))
    return str(caught.value).splitlines()


def test_a_group_is_read_with_everything_it_says() -> None:
    (group,) = read_rules(GOOD, "r.yml")
    assert (group.name, group.interval_ms, group.limit, group.query_offset_ms) == ("one", 30_000, 5, 60_000)
    record, alert = group.rules
    assert isinstance(record, RecordingRule)
    assert group.labels_of(record) == {"team": "billing", "level": "1"}
    assert isinstance(alert, AlertingRule)
    assert (alert.for_ms, alert.keep_firing_for_ms) == (300_000, 5_400_000)
    assert alert.annotations == {"summary": "{{ $labels.job }}"}


def test_every_field_knows_its_place() -> None:
    alert = read_rules(GOOD, "r.yml")[0].rules[1]
    assert {name: str(where) for name, where in alert.places.items() if name in ("alert", "for")} == {
        "alert": "r.yml:12:12",
        "for": "r.yml:14:10",
    }


@pytest.mark.parametrize(
    "text",
    ["", "groups:", "groups: []", "groups: [{name: a}]", "groups: [{name: a, rules: }]", "# nothing\n"],
)
def test_there_need_not_be_a_rule(text: str) -> None:
    assert [group.rules for group in read_rules(text)] in ([], [()])


MANIFEST = """
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata: {name: billing, labels: {role: alert-rules}}
spec:
  groups:
  - name: one
    partial_response_strategy: warn
    rules: [{record: a, expr: b}]
"""


def test_a_manifest_is_read_like_a_rule_file() -> None:
    (group,) = read_rules(MANIFEST)
    assert [rule.name for rule in group.rules] == ["a"]


def test_a_stream_of_manifests_gives_the_rules_of_all_and_other_kinds_are_passed_over() -> None:
    service = "apiVersion: v1\nkind: Service\nspec: {ports: []}\n"
    second = MANIFEST.replace("name: one", "name: two")
    assert [group.name for group in read_rules(f"{MANIFEST}---\n{service}---\n{second}")] == ["one", "two"]


def test_a_list_of_manifests_is_opened() -> None:
    items = "".join(f"  {line}\n" for line in MANIFEST.strip().splitlines())
    text = "apiVersion: v1\nkind: List\nitems:\n-" + items[1:]
    assert [group.name for group in read_rules(text)] == ["one"]


def test_a_document_made_in_python_is_read_like_a_file() -> None:
    document = {"groups": [{"name": "one", "rules": ({"alert": "A", "expr": "up == 0", "for": "5m"},)}]}
    (group,) = rules_from(document)
    assert group.rules[0] == AlertingRule("A", "up == 0", for_ms=300_000)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("groups: [{nam: a}]", "r.yml:1:11: unknown field 'nam' in a group; did you mean 'name'?"),
        ("group: []", "r.yml:1:1: unknown field 'group' in a rule file; did you mean 'groups'?"),
        ("groups: {a: b}", "r.yml:1:9: groups must be a list, not a mapping; begin each element with '- '"),
        ("groups: [a]", "r.yml:1:10: a group must be a mapping, not 'a'"),
        ("[1]", "r.yml:1:1: a rule file must be a mapping, not a list"),
        ("groups: [{name: a, name: b}]",
         "r.yml:1:20: field 'name' is given twice in a group; first on line 1"),
        ("groups: [{rules: []}]", "r.yml:1:10: Groupname must not be empty"),
        ("groups: [{name: a}, {name: a}]",
         'r.yml:1:21: groupname: "a" is repeated in the same file; give each group a name of its own'),
        ("groups: [{name: a, interval: 5}]",
         'r.yml:1:30: interval: not a valid duration string: "5"; write it like 90s, 5m or 1h30m'),
        ("groups: [{name: a, limit: many}]", "r.yml:1:27: limit must be a whole number, not 'many'"),
        ("groups: [{name: a, labels: [b]}]", "r.yml:1:28: labels must be a mapping, not a list"),
    ],
)  # fmt: skip
def test_a_fault_of_form_is_reported_with_its_place_and_what_would_be_right(text: str, message: str) -> None:
    assert faults(text) == [message]


def test_what_is_no_yaml_is_reported_with_where_to_look() -> None:
    (message,) = faults("a: [")
    assert message.startswith(
        "r.yml:2:1: not YAML: did not find expected node content; look at the indentation"
    )


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("{record: a, alert: b, expr: c}",
         "alert: 'b'|only one of 'record' and 'alert' must be set; split it into two rules"),
        ("{expr: c}", "|one of 'record' or 'alert' must be set"),
        ("{record: a}", "|field 'expr' must be set in rule"),
        ("{record: a, expr: 'b +'}",
         "|could not parse expression: 1:4: parse error: unexpected end of input"),
        ("{record: a, expr: b, for: 1m}", "|invalid field 'for' in recording rule; only alerts have it"),
        ("{record: a, expr: b, keep_firing_for: 1m}",
         "|invalid field 'keep_firing_for' in recording rule; only alerts have it"),
        ("{record: a, expr: b, annotations: {c: d}}",
         "|invalid field 'annotations' in recording rule; only alerts have it"),
        ("{record: 'a{}', expr: b}",
         ("|braces present in the recording rule name; should it be in expr?: a{}; "
          "write labels under 'labels'")),
        ("{record: a, expr: b, labels: {__name__: c}}", "|invalid label name: __name__"),
        ("{alert: a, expr: b, annotations: {'': c}}", "|invalid annotation name: "),
        ("{alert: a, expr: b, labels: {c: '{{ $x }}'}}",
         '|label "c": template: __alert_a:1: undefined variable "$x"'),
        ("{alert: a, expr: b, annotations: {c: '{{ nope }}'}}",
         '|annotation "c": template: __alert_a:1: function "nope" not defined'),
    ],
)  # fmt: skip
def test_a_fault_of_a_rule_is_reported_in_prometheus_words(rule: str, message: str) -> None:
    (line,) = faults(f"groups:\n- name: g\n  rules:\n  - {rule}\n")
    where, _, found = line.partition(': group "g", rule 1, ')
    assert where.startswith("r.yml:4:")
    assert found.partition(": ")[2] == message.partition("|")[2]


def test_a_fault_in_an_expression_points_into_the_expression() -> None:
    (line,) = faults("groups:\n- name: g\n  rules:\n  - record: a\n    expr: sum(b) byy (c)\n")
    assert line.startswith("r.yml:5:18: ")


@pytest.mark.parametrize("field", ["record: 'a b'", "record: a, labels: {b-c: d}"])
def test_names_are_free_since_prometheus_3_and_plain_before(field: str) -> None:
    text = f"groups: [{{name: g, rules: [{{{field}, expr: x}}]}}]"
    assert read_rules(text)
    assert "invalid" in faults(text, compat="2")[0]


def test_all_faults_are_reported_at_once_in_the_order_of_the_file() -> None:
    message = faults("groups:\n- name: g\n  rules:\n  - {record: a, expr: '('}\n  - {alert: b, exp: c}\n")
    assert [line.split(":")[1] for line in message] == ["4", "5", "5"]


def test_unknown_fields_can_be_passed_over() -> None:
    assert read_rules("groups: [{name: g, owner: me}]", lenient=True)[0].name == "g"


def test_a_file_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="cannot be read: No such file or directory"):
        load_rules(tmp_path / "none.yml")


def test_a_file_that_is_not_text_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "r.yml").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(FileError, match="not UTF-16: truncated data"):
        load_rules(tmp_path / "r.yml")
    (tmp_path / "s.yml").write_bytes(b"groups: \xff")
    with pytest.raises(FileError, match="not UTF-8: invalid start byte"):
        load_rules(tmp_path / "s.yml")


def test_anchors_and_merge_keys_work() -> None:
    text = (
        "groups:\n- name: g\n  rules:\n"
        "  - &base {alert: A, expr: up == 0, labels: {severity: page}}\n"
        "  - {<<: *base, alert: B, for: 5m}\n"
    )
    first, second = read_rules(text)[0].rules
    assert (first.name, second.name, second.labels) == ("A", "B", {"severity": "page"})


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("{groups}---\na: b: c", ["g"]),  # what follows is no YAML, which Prometheus never sees
        ("---\n---\n{groups}", []),  # the first document is empty
        ("~\n---\n{groups}", []),
        ("# c\n--- # d\n{groups}---\n", ["g"]),
    ],
)
def test_the_first_document_counts(text: str, names: list[str]) -> None:
    found = read_rules(text.replace("{groups}", "groups: [{name: g, rules: []}]\n"))
    assert [group.name for group in found] == names


@pytest.mark.parametrize("behind", ['---\n"a\n: [\n', "...\n%FOO\n---\nx\n"])
def test_text_that_breaks_off_right_behind_the_first_document_is_seen(behind: str) -> None:
    with pytest.raises(FileError, match="not YAML"):
        read_rules(f"groups: []\n{behind}")


def test_manifests_behind_empty_documents_count() -> None:
    manifest = "apiVersion: v1\nkind: PrometheusRule\nspec: {groups: [{name: g, rules: []}]}\n"
    assert [
        group.name for group in read_rules(f"---\n---\n{manifest}---\n{manifest.replace('g,', 'h,')}")
    ] == ["g", "h"]


@pytest.mark.parametrize(("field", "since"), [("query_offset: 1m", "2.53"), ("labels: {a: b}", "3.0")])
def test_fields_of_a_group_that_came_later_are_refused_with_the_version(field: str, since: str) -> None:
    text = f"groups: [{{name: g, rules: [], {field}}}]"
    with pytest.raises(FileError, match=f"Prometheus has it since {since}"):
        read_rules(text, dialect=PROMETHEUS_2)
    assert len(read_rules(text)) == 1
