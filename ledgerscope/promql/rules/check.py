"""What Prometheus checks when it loads rules, in its words, each fault at its place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import yaml

from ledgerscope.promql.errors import ParseError
from ledgerscope.promql.syntax.parser import parse
from ledgerscope.promql.template.alert import check_template
from ledgerscope.promql.yaml.nodes import Fault
from ledgerscope.promql.yaml.places import place_of_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ledgerscope.promql.rules.model import RuleDraft, RuleGroup
    from ledgerscope.promql.syntax.ast import Expr
    from ledgerscope.promql.syntax.dialect import Dialect
    from ledgerscope.promql.yaml.nodes import Reader

_LEGACY_METRIC = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_LEGACY_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_METRIC_NAME = "__name__"


def is_metric_name(name: str, dialect: Dialect) -> bool:
    """Whether a metric may be called that: anything since 3.0, letters, digits, `_` and `:` before."""
    return bool(name) if dialect.generation == "3" else _LEGACY_METRIC.fullmatch(name) is not None


def is_label_name(name: str, dialect: Dialect) -> bool:
    """Whether a label may be called that."""
    return bool(name) if dialect.generation == "3" else _LEGACY_LABEL.fullmatch(name) is not None


def check_group_names(reader: Reader, groups: Sequence[RuleGroup]) -> None:
    """Every group has a name of its own."""
    seen: set[str] = set()
    for group in groups:
        if not group.name:
            reader.faults.append(Fault(group.where, "Groupname must not be empty"))
        if group.name in seen:
            message = f'groupname: "{group.name}" is repeated in the same file'
            reader.faults.append(Fault(group.where, message, "give each group a name of its own"))
        seen.add(group.name)


def check_rule(
    reader: Reader,
    node: yaml.Node,
    fields: Mapping[str, yaml.Node],
    draft: RuleDraft,
    title: str,
    dialect: Dialect,
) -> Expr | None:
    """Everything about one rule; the tree of its expression where there is one."""
    title = f'{title}, "{draft.alert or draft.record}": '
    for field, message, hint in _complaints(draft, dialect):
        reader.fault(_node_at(fields, field) or node, title + message, hint)
    if not draft.expr:
        return None
    try:
        return parse(draft.expr, dialect)
    except ParseError as error:
        place = place_of_text(reader, fields["expr"], error.span.start)
        reader.faults.append(Fault(place, f"{title}could not parse expression: {error}"))
        return None


def _node_at(fields: Mapping[str, yaml.Node], path: str) -> yaml.Node | None:
    """The node of a field, or of one of the names under it (`labels/severity`)."""
    field, _, name = path.partition("/")
    node = fields.get(field)
    inside = node.value if name and isinstance(node, yaml.MappingNode) else ()
    return next((value for key, value in inside if key.value == name), node)


def _complaints(draft: RuleDraft, dialect: Dialect) -> Iterator[tuple[str, str, str]]:
    """Field (or the path of a name under it), fault and hint."""
    if draft.record and draft.alert:
        yield "alert", "only one of 'record' and 'alert' must be set", "split it into two rules"
    if not draft.record and not draft.alert:
        yield "record", "one of 'record' or 'alert' must be set", ""
    if not draft.expr:
        yield "expr", "field 'expr' must be set in rule", ""
    if draft.record:
        yield from _record_complaints(draft, dialect)
    yield from _name_complaints(draft, dialect)
    if draft.alert:
        yield from _template_complaints(draft, dialect)


def _record_complaints(draft: RuleDraft, dialect: Dialect) -> Iterator[tuple[str, str, str]]:
    given = {
        "annotations": draft.annotations,
        "for": draft.for_ms,
        "keep_firing_for": draft.keep_firing_for_ms,
    }
    for field, value in given.items():
        if value:
            yield field, f"invalid field '{field}' in recording rule", "only alerts have it"
    if not is_metric_name(draft.record, dialect):
        yield "record", f"invalid recording rule name: {draft.record}", "use letters, digits, '_' and ':'"
    elif "{" in draft.record or "}" in draft.record:
        message = f"braces present in the recording rule name; should it be in expr?: {draft.record}"
        yield "record", message, "write labels under 'labels'"


def _name_complaints(draft: RuleDraft, dialect: Dialect) -> Iterator[tuple[str, str, str]]:
    for name in draft.labels:
        if not is_label_name(name, dialect) or name == _METRIC_NAME:
            yield f"labels/{name}", f"invalid label name: {name}", ""
    for name in draft.annotations:
        if not is_label_name(name, dialect):
            yield f"annotations/{name}", f"invalid annotation name: {name}", ""


def _template_complaints(draft: RuleDraft, dialect: Dialect) -> Iterator[tuple[str, str, str]]:
    kinds = (("labels", "label", draft.labels), ("annotations", "annotation", draft.annotations))
    for field, kind, texts in kinds:
        for name, text in texts.items():
            fault = check_template(draft.alert, text, dialect)
            if fault is not None:
                yield f"{field}/{name}", f'{kind} "{name}": {fault}', ""
