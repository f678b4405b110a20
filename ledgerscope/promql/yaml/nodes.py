"""YAML read strictly, with the place of every field.

Rule files and test files are read through the node tree instead of plain values, so that a fault can name
its file, line and column, an unknown field is never passed over, and a near miss gets a suggestion. Scalars
follow the YAML reader Prometheus uses: `1e3` is a number, a number may stand where text is asked for.
"""

from __future__ import annotations

import dataclasses
from dataclasses import field
from typing import TYPE_CHECKING, Any

import yaml

from ledgerscope.promql.errors import PromQLError
from ledgerscope.promql.records import dataclass
from ledgerscope.promql.text.close_match import did_you_mean
from ledgerscope.promql.text.durations import DurationError, parse_duration
from ledgerscope.promql.yaml.scalars import (
    FALSE,
    TRUE,
    is_null,
    is_plain,
    kind_of,
    listed,
    number_hint,
    parse_yaml_integer,
    parse_yaml_number,
    shown,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_BASE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MERGE = "tag:yaml.org,2002:merge"


class _Loader(_BASE):  # type: ignore[misc]  # one of two classes, whichever is installed
    """Composes nodes. Of the tags, only that of merge keys matters; see `scalars` for the rest."""

    def resolve(self, _kind: object, value: object, implicit: tuple[bool, bool]) -> str:
        """The tag of a node without one."""
        return _MERGE if value == "<<" and implicit[0] else ""


@dataclasses.dataclass(frozen=True, slots=True, order=True)
class Where:
    """A place in a file; line and column count from one."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong in a file, and what would be right where that can be said."""

    where: Where
    message: str
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" + (f"; {self.hint}" if self.hint else "")


class FileError(PromQLError):
    """A file that cannot be used; lists everything that is wrong with it."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        # A rule file that is named twice has each of its faults once.
        self.faults = tuple(dict.fromkeys(faults))
        super().__init__(*self.faults)

    def __str__(self) -> str:
        return "\n".join(map(str, self.faults))


@dataclasses.dataclass(slots=True)
class Reader:
    """Reads values off nodes of one file and gathers what is wrong. `source` is the text of the file."""

    file: str
    source: str = ""
    faults: list[Fault] = field(default_factory=list)
    #: What is no fault, but hardly meant.
    warnings: list[Fault] = field(default_factory=list)
    lenient: bool = False
    #: Fields that a newer Prometheus has, and since when.
    later: Mapping[str, str] = field(default_factory=dict)

    def where(self, node: yaml.Node) -> Where:
        """The place a node begins."""
        return Where(self.file, node.start_mark.line + 1, node.start_mark.column + 1)

    def fault(self, node: yaml.Node, message: str, hint: str = "") -> None:
        """Note something wrong."""
        self.faults.append(Fault(self.where(node), message, hint))

    def warn(self, node: yaml.Node, message: str, hint: str = "") -> None:
        """Note something that is hardly meant."""
        self.warnings.append(Fault(self.where(node), message, hint))

    def in_order(self) -> list[Fault]:
        """What was gathered, from the beginning of the file to its end."""
        return sorted(self.faults, key=lambda fault: fault.where)

    def finish(self) -> None:
        """Raise what was gathered, if anything was."""
        if self.faults:
            raise FileError(self.in_order())

    def fields(self, node: yaml.Node, known: Sequence[str], owner: str) -> dict[str, yaml.Node]:
        """The fields of a mapping by name; unknown and repeated ones are faults, nulls count as absent."""
        found: dict[str, yaml.Node] = {}
        for key, value in self.pairs(node, owner):
            if key.value not in known:
                self._unknown(key, known, owner)
            elif key.value in found:
                first = self.where(found[key.value])
                self.fault(
                    key, f"field {key.value!r} is given twice in {owner}", f"first on line {first.line}"
                )
            else:
                found[key.value] = value
        return {name: value for name, value in found.items() if not is_null(value)}

    def _unknown(self, key: yaml.Node, known: Sequence[str], owner: str) -> None:
        if self.lenient:
            return
        if (since := self.later.get(str(key.value))) is not None:
            hint = f"Prometheus has it since {since}"
        else:
            hint = did_you_mean(str(key.value), known) or f"{owner} has {listed(known)}"
        self.fault(key, f"unknown field {key.value!r} in {owner}", hint)

    def pairs(self, node: yaml.Node, owner: str) -> Iterator[tuple[yaml.Node, yaml.Node]]:
        """A mapping's keys and values, merge keys (`<<`) followed; what is set here wins over the merged."""
        if is_null(node):
            return
        if not isinstance(node, yaml.MappingNode):
            self.fault(node, f"{owner} must be a mapping, not {kind_of(node)}")
            return
        own = [(key, value) for key, value in node.value if key.tag != _MERGE]
        if len(own) < len(node.value):
            names = {key.value for key, _ in own if isinstance(key, yaml.ScalarNode)}
            for key, value in node.value:
                if key.tag == _MERGE:
                    yield from ((k, v) for k, v in self._merged(value, owner) if k.value not in names)
        for key, value in own:
            if isinstance(key, yaml.ScalarNode):
                yield key, value
            else:
                self.fault(key, f"a key of {owner} must be a plain word, not {kind_of(key)}")

    def _merged(self, node: yaml.Node, owner: str) -> Iterator[tuple[yaml.Node, yaml.Node]]:
        seen: set[str] = set()
        for each in node.value if isinstance(node, yaml.SequenceNode) else [node]:
            for key, value in self.pairs(each, owner):
                if key.value not in seen:
                    seen.add(key.value)
                    yield key, value

    def items(self, node: yaml.Node | None, owner: str) -> list[yaml.Node]:
        """The elements of a list; nothing for a missing one."""
        if node is None or is_null(node):
            return []
        if not isinstance(node, yaml.SequenceNode):
            self.fault(node, f"{owner} must be a list, not {kind_of(node)}", "begin each element with '- '")
            return []
        return list(node.value)

    def text(self, node: yaml.Node | None, owner: str, default: str = "") -> str:
        """A text; numbers and truth values are taken as they are written."""
        if node is None or is_null(node):
            return default
        if not isinstance(node, yaml.ScalarNode):
            self.fault(node, f"{owner} must be text, not {kind_of(node)}")
            return default
        return str(node.value)

    def text_map(self, node: yaml.Node | None, owner: str) -> dict[str, str]:
        """A mapping of names to texts."""
        found: dict[str, str] = {}
        for key, value in self.pairs(node, owner) if node is not None else ():
            if key.value in found:
                self.fault(key, f"{key.value!r} is given twice in {owner}")
            found[key.value] = self.text(value, f"{owner}.{key.value}")
        return found

    def duration(self, node: yaml.Node | None, owner: str, default: int = 0) -> int:
        """A duration in milliseconds."""
        if node is None or is_null(node):
            return default
        text = self.text(node, owner)
        try:
            return parse_duration(text)
        except DurationError as error:
            self.fault(node, f"{owner}: {error}", "write it like 90s, 5m or 1h30m")
            return default

    def integer(self, node: yaml.Node | None, owner: str, default: int = 0) -> int:
        """A whole number."""
        if node is None:
            return default
        value = parse_yaml_integer(node.value) if is_plain(node) else None
        if value is None:
            self.fault(node, f"{owner} must be a whole number, not {shown(node)}")
            return default
        return value

    def number(self, node: yaml.Node | None, owner: str, default: float = 0.0) -> float:
        """A number; also `.inf` and `.nan`."""
        if node is None:
            return default
        value = parse_yaml_number(node.value) if is_plain(node) else None
        if value is None:
            self.fault(node, f"{owner} must be a number, not {shown(node)}", number_hint(node))
            return default
        return value

    def truth(self, node: yaml.Node | None, owner: str, *, default: bool = False) -> bool:
        """True or false."""
        if node is None:
            return default
        if not is_plain(node) or node.value not in TRUE | FALSE:
            self.fault(node, f"{owner} must be true or false, not {shown(node)}")
            return default
        return node.value in TRUE


_YAML_HINT = "look at the indentation here and above, and at what needs quotes"


@dataclass(frozen=True, slots=True)
class Documents:
    """The documents of a text as far as it is YAML, and what is wrong behind them.

    at_once: the fault is in the first token after a document, where a reader that looks one ahead meets it.
    """

    nodes: list[yaml.Node]
    fault: Fault | None = None
    at_once: bool = False


def compose_all(text: str, file: str) -> list[yaml.Node]:
    """The documents of a YAML text; `FileError` where it is not YAML."""
    found = compose(text, file)
    if found.fault is not None:
        raise FileError([found.fault])
    return found.nodes


def compose(text: str, file: str) -> Documents:
    """The documents of a text, read one after the other; `FileError` where not even the first is YAML."""
    nodes: list[yaml.Node] = []
    fault: Fault | None = None
    try:
        nodes.extend(yaml.compose_all(text, Loader=_Loader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = Where(file, mark.line + 1, mark.column + 1) if mark else Where(file, 1, 1)
        fault = Fault(where, f"not YAML: {error.problem or error.context}", _YAML_HINT)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        fault = Fault(Where(file, 1, 1), f"not YAML: {error}")
    if fault is not None and not nodes:
        raise FileError([fault])
    return Documents(nodes, fault, at_once=fault is not None and _breaks_after_mark(text))


def _breaks_after_mark(text: str) -> bool:
    """Whether the last token that can be made out is the mark between two documents."""
    read: list[yaml.Token] = []
    try:
        read.extend(yaml.scan(text, Loader=_Loader))
    except yaml.YAMLError:
        return bool(read) and isinstance(read[-1], (yaml.DocumentStartToken, yaml.DocumentEndToken))
    return False
