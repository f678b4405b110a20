"""Rule files to rule groups: plain rule files, `PrometheusRule` manifests, and documents made in Python.

Reading is strict: whatever Prometheus refuses when it loads a rule file is a fault here, with its place.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import yaml

from ledgerscope.promql.records import dataclass
from ledgerscope.promql.rules.check import check_group_names, check_rule
from ledgerscope.promql.rules.model import Rule, RuleDraft, RuleGroup
from ledgerscope.promql.syntax.dialect import PROMETHEUS_3, Dialect
from ledgerscope.promql.text.close_match import did_you_mean
from ledgerscope.promql.text.encoding import decoded, why_not
from ledgerscope.promql.yaml.collection_pause import collection_paused
from ledgerscope.promql.yaml.nodes import Documents, Fault, FileError, Reader, Where, compose
from ledgerscope.promql.yaml.scalars import is_null

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

_GROUP_FIELDS = ("name", "interval", "query_offset", "limit", "labels", "rules")
_MANIFEST_GROUP_FIELDS = (*_GROUP_FIELDS, "partial_response_strategy")
_RULE_FIELDS = ("record", "alert", "expr", "for", "keep_firing_for", "labels", "annotations")
_LATER = {"query_offset": "2.53", "labels": "3.0"}
"""Fields of a group that Prometheus 2.42 does not have, and since when there are some."""
_MANIFEST_KIND = "PrometheusRule"
_MANIFEST_LISTS = ("List", "PrometheusRuleList")


@dataclass(frozen=True, slots=True)
class RuleFile:
    """The groups of a rule file, and what in it is hardly meant."""

    groups: tuple[RuleGroup, ...]
    warnings: tuple[Fault, ...] = ()


def load_rules(
    path: Path, *, dialect: Dialect = PROMETHEUS_3, lenient: bool = False
) -> tuple[RuleGroup, ...]:
    """The groups of a rule file. Raises FileError. `lenient` passes unknown fields over."""
    return load_rule_file(path, dialect=dialect, lenient=lenient).groups


def load_rule_file(path: Path, *, dialect: Dialect = PROMETHEUS_3, lenient: bool = False) -> RuleFile:
    """A rule file. Raises FileError."""
    try:
        stat = path.stat()
        return _load_cached(path, stat.st_mtime_ns, stat.st_size, dialect, lenient)
    except OSError as error:
        reason = error.strerror or str(error)
        raise FileError([Fault(Where(str(path), 1, 1), f"cannot be read: {reason}")]) from error
    except UnicodeDecodeError as error:
        raise FileError([Fault(Where(str(path), 1, 1), why_not(error))]) from error


@lru_cache(maxsize=256)
def _load_cached(path: Path, _mtime: int, _size: int, dialect: Dialect, lenient: bool) -> RuleFile:
    with collection_paused():
        return read_rule_file(decoded(path.read_bytes()), str(path), dialect=dialect, lenient=lenient)


def read_rules(
    text: str, file: str = "<rules>", *, dialect: Dialect = PROMETHEUS_3, lenient: bool = False
) -> tuple[RuleGroup, ...]:
    """The groups of a rule file's text (or of manifests). Raises FileError."""
    return read_rule_file(text, file, dialect=dialect, lenient=lenient).groups


def read_rule_file(
    text: str, file: str = "<rules>", *, dialect: Dialect = PROMETHEUS_3, lenient: bool = False
) -> RuleFile:
    """A rule file's text (or manifests). Raises FileError."""
    reader = Reader(file, text, lenient=lenient, later={} if dialect.generation == "3" else _LATER)
    groups: list[RuleGroup] = []
    for document in _read_by_prometheus(reader, compose(text, file)):
        groups += _document(reader, document, dialect)
    if not reader.faults:  # a name that is misspelt or no text is reported already
        check_group_names(reader, groups)
    reader.finish()
    return RuleFile(tuple(groups), tuple(reader.warnings))


def _read_by_prometheus(reader: Reader, documents: Documents) -> list[yaml.Node]:
    """The documents that count: all manifests, but only the first one of a rule file."""
    written = [each for each in documents.nodes if not is_null(each)]
    if written and _scalar_field(written[0], "kind") is not None:
        if documents.fault is not None:
            raise FileError([documents.fault])
        _refuse_without_rules(reader, written)
        return written
    if documents.fault is not None and documents.at_once:
        raise FileError([documents.fault])
    return [] if (first := first_document(reader, documents, "a rule file")) is None else [first]


def first_document(reader: Reader, documents: Documents, owner: str) -> yaml.Node | None:
    """The document that Prometheus reads; what stands behind it is warned of."""
    message = f"Prometheus reads the first document of {owner} only; this one is ignored"
    for ignored in documents.nodes[1:]:
        if not is_null(ignored):
            reader.warn(ignored, message, "make it a file of its own")
    if documents.fault is not None:
        message = f"Prometheus reads the first document of {owner} only; what follows is ignored"
        reader.warnings.append(Fault(documents.fault.where, message, documents.fault.message))
    return documents.nodes[0] if documents.nodes else None


def _refuse_without_rules(reader: Reader, documents: list[yaml.Node]) -> None:
    """Manifests none of which can hold rules are no rule file."""
    kinds = [_scalar_field(each, "kind") for each in documents]
    if not any(kind in (_MANIFEST_KIND, *_MANIFEST_LISTS, None) for kind in kinds):
        message = f"a manifest of kind {kinds[0]!r} has no rules"
        hint = did_you_mean(str(kinds[0]), [_MANIFEST_KIND]) or f"rules have kind {_MANIFEST_KIND}"
        reader.fault(dict(_by_name(documents[0]))["kind"], message, hint)


def rules_from(
    document: Mapping[str, Any], file: str = "<python>", *, dialect: Dialect = PROMETHEUS_3
) -> tuple[RuleGroup, ...]:
    """The groups of a document made in Python: `{"groups": [...]}` or a manifest. Raises FileError."""
    return read_rules(yaml.safe_dump(_plain(document), sort_keys=False, width=100_000), file, dialect=dialect)


def _plain(value: Any) -> Any:
    if hasattr(value, "items"):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return value if isinstance(value, (int, float, bool)) or value is None else str(value)


def _document(reader: Reader, node: yaml.Node, dialect: Dialect) -> Iterable[RuleGroup]:
    kind = _scalar_field(node, "kind")
    if kind in _MANIFEST_LISTS:
        items = dict(_by_name(node)).get("items")
        return [group for item in reader.items(items, "items") for group in _document(reader, item, dialect)]
    if kind == _MANIFEST_KIND:
        spec = dict(_by_name(node)).get("spec")
        fields = reader.fields(spec, ("groups",), "spec") if spec is not None else {}
        return _groups(reader, fields.get("groups"), dialect, _MANIFEST_GROUP_FIELDS)
    if kind is not None and _scalar_field(node, "apiVersion") is not None:
        return []
    fields = reader.fields(node, ("groups",), "a rule file")
    return _groups(reader, fields.get("groups"), dialect, _GROUP_FIELDS)


def _by_name(node: yaml.Node) -> Iterable[tuple[str, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        yield from ((str(key.value), value) for key, value in node.value)


def _scalar_field(node: yaml.Node, name: str) -> str | None:
    value = dict(_by_name(node)).get(name)
    return str(value.value) if isinstance(value, yaml.ScalarNode) else None


def _groups(
    reader: Reader, node: yaml.Node | None, dialect: Dialect, known: tuple[str, ...]
) -> list[RuleGroup]:
    return [_group(reader, item, dialect, known) for item in reader.items(node, "groups")]


def _group(reader: Reader, node: yaml.Node, dialect: Dialect, known: tuple[str, ...]) -> RuleGroup:
    fields = reader.fields(node, [each for each in known if each not in reader.later], "a group")
    name = reader.text(fields.get("name"), "name")
    rules = [
        _rule(reader, item, f'group "{name}", rule {number}', dialect)
        for number, item in enumerate(reader.items(fields.get("rules"), "rules"), start=1)
    ]
    return RuleGroup(
        name,
        tuple(rule for rule in rules if rule is not None),
        reader.duration(fields.get("interval"), "interval"),
        reader.integer(fields.get("limit"), "limit"),
        reader.duration(fields.get("query_offset"), "query_offset"),
        reader.text_map(fields.get("labels"), "labels"),
        reader.where(node),
    )


def _rule(reader: Reader, node: yaml.Node, title: str, dialect: Dialect) -> Rule | None:
    fields = reader.fields(node, _RULE_FIELDS, "a rule")
    places = {name: reader.where(value) for name, value in fields.items()}
    places[""] = reader.where(node)
    draft = RuleDraft(
        reader.text(fields.get("record"), "record"),
        reader.text(fields.get("alert"), "alert"),
        reader.text(fields.get("expr"), "expr"),
        reader.duration(fields.get("for"), "for"),
        reader.duration(fields.get("keep_firing_for"), "keep_firing_for"),
        reader.text_map(fields.get("labels"), "labels"),
        reader.text_map(fields.get("annotations"), "annotations"),
        places,
    )
    faults = len(reader.faults)
    tree = check_rule(reader, node, fields, draft, title, dialect)
    return draft.finished(tree) if len(reader.faults) == faults else None
