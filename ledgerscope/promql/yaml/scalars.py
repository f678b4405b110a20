"""YAML's scalars as the reader that Prometheus uses takes them: `1e3` is a number, `"1"` is not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from collections.abc import Sequence

_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_SPECIAL_FLOAT = re.compile(r"(?P<sign>[-+]?)\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_BASES = {"0x": 16, "0o": 8, "0b": 2}
TRUE = frozenset({"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON", "y", "Y"})
FALSE = frozenset({"false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF", "n", "N"})
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


def is_null(node: yaml.Node) -> bool:
    """Whether nothing is written where a value could be."""
    return is_plain(node) and node.value in _NULLS


def is_plain(node: yaml.Node) -> bool:
    """Whether a scalar is written without quotes and not as a block."""
    return isinstance(node, yaml.ScalarNode) and not node.style


def parse_yaml_integer(text: str) -> int | None:
    """The integer a plain scalar stands for."""
    digits = text.replace("_", "")
    sign, body = (digits[:1], digits[1:]) if digits[:1] in ("+", "-") else ("", digits)
    if not body[:1].isdecimal():
        return None
    base = _BASES.get(body[:2].lower(), 8 if len(body) > 1 and body[0] == "0" else 10)
    try:
        value = int(body[2:] if body[:2].lower() in _BASES else body, base)
    except ValueError:
        return None
    return -value if sign == "-" else value


def parse_yaml_number(text: str) -> float | None:
    """The number a plain scalar stands for."""
    special = _SPECIAL_FLOAT.fullmatch(text)
    if special is not None:
        return float(f"{special['sign'] or ''}inf") if "n" not in text[-1].lower() else float("nan")
    integer = parse_yaml_integer(text) if len(text) < 400 else None  # noqa: PLR2004 - longer than any float
    if integer is not None:
        return float(text) if _FLOAT.fullmatch(text) and abs(integer) > 2**53 else float(integer)
    digits = text.replace("_", "")
    return float(digits) if _FLOAT.fullmatch(digits) else None


def number_hint(node: yaml.Node) -> str:
    """What would make the node a number; empty where nothing obvious does."""
    if isinstance(node, yaml.ScalarNode) and node.style and parse_yaml_number(node.value) is not None:
        return "leave the quotes out"
    if isinstance(node, yaml.ScalarNode) and node.value.lower().lstrip("+-") in ("inf", "nan"):
        return f"YAML writes it .{node.value.lower().lstrip('+-')}"
    return ""


def kind_of(node: yaml.Node) -> str:
    """What the node is, in words."""
    if isinstance(node, yaml.MappingNode):
        return "a mapping"
    if isinstance(node, yaml.SequenceNode):
        return "a list"
    return shown(node)


def shown(node: yaml.Node) -> str:
    """The node as a fault shows it."""
    return kind_of(node) if isinstance(node, yaml.CollectionNode) else repr(node.value)


def listed(names: Sequence[str]) -> str:
    """Names in a row."""
    return ", ".join(names)
