"""Where settings come from: a YAML file and environment variables, both with the place of each value.

Reads and places; knows nothing of which settings exist. What is wrong with a source is a problem, not an
exception, so that one run reports everything.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path as File

    Path = tuple[str, ...]
    Tree = dict[str, object]

__all__ = ["OPTIONS", "PREFIX", "Problem", "Source", "from_environment", "from_file", "from_options"]

PREFIX = "LEDGERSCOPE_"
_ALIASES: Mapping[str, Path] = {
    "DATABASE_URL": ("database", "url"),
    "DATABASE_URL_FILE": ("database", "url_file"),
}
OPTIONS: Mapping[str, Path] = {
    "--database-url": ("database", "url"),
    "--address": ("listen", "address"),
    "--port": ("listen", "port"),
}
_NOT_SETTINGS = frozenset(
    {
        "LEDGERSCOPE_ACTOR",
        "LEDGERSCOPE_AUDIT_KEYS",
        "LEDGERSCOPE_AUDIT_KEYS_FILE",
        "LEDGERSCOPE_COMPANY",
        "LEDGERSCOPE_CONFIG",
        "LEDGERSCOPE_CONFORMANCE",
        "LEDGERSCOPE_CREDENTIAL_KEYS",
        "LEDGERSCOPE_CREDENTIAL_KEYS_FILE",
        "LEDGERSCOPE_DIFFERENTIAL_GROUPS",
        "LEDGERSCOPE_DIFFERENTIAL_SEED",
        "LEDGERSCOPE_DIFFERENTIAL_TEMPLATES",
        "LEDGERSCOPE_MAIL_CA_FILE",
        "LEDGERSCOPE_MAIL_PASSWORD",
        "LEDGERSCOPE_MAIL_PASSWORD_FILE",
        "LEDGERSCOPE_MAIL_PORT",
        "LEDGERSCOPE_MAIL_SECURITY",
        "LEDGERSCOPE_MAIL_SENDER",
        "LEDGERSCOPE_MAIL_SERVER",
        "LEDGERSCOPE_MAIL_USER",
        "LEDGERSCOPE_LOG_LEVEL",
        "LEDGERSCOPE_POSTGRES_BIN",
        "LEDGERSCOPE_PROMTOOL_GROUPS",
        "LEDGERSCOPE_PROMTOOL_SEED",
        "LEDGERSCOPE_SENTRY_DSN",
        "LEDGERSCOPE_SENTRY_ENVIRONMENT",
        "LEDGERSCOPE_TEST_DATABASE_URL",
        "LEDGERSCOPE_THOROUGH",
        "LEDGERSCOPE_ZUORA_HOSTS",
    }
)
"""Variables with our prefix that mean something to other parts of the program."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong: where it was read, which setting, what is wrong, what would be right."""

    place: str
    setting: str
    wrong: str
    right: str

    def __str__(self) -> str:
        subject = f"{self.setting}: " if self.setting else ""
        return f"{self.place}: {subject}{self.wrong}; {self.right}"


@dataclass(slots=True)
class Source:
    """Values as a tree, the places of each and of its name by its path, and what was wrong already."""

    tree: Tree = field(default_factory=dict)
    places: dict[Path, str] = field(default_factory=dict)
    keys: dict[Path, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def put(self, path: Path, value: object, place: str) -> None:
        """Set one value; a later one wins."""
        branch = self.tree
        for name in path[:-1]:
            inner = branch.setdefault(name, {})
            if not isinstance(inner, dict):
                inner = branch[name] = {}
            branch = inner
        branch[path[-1]] = value
        self.places[path] = place

    def overlay(self, other: Source) -> None:
        """Take over everything that the other source says."""
        for path, place in other.places.items():
            value = _leaf(other.tree, path)
            if not isinstance(value, dict):
                self.put(path, value, place)
                self.keys[path] = other.key(path)
        self.problems += other.problems

    def place(self, path: Path) -> str:
        """Where the value at the path was read, else what is in it, else the innermost group around it."""
        within = (place for inner, place in self.places.items() if path and inner[: len(path)] == path)
        around = (self.places.get(path[:length]) for length in range(len(path), -1, -1))
        return self.places.get(path) or next(within, None) or next(filter(None, around), "settings")

    def key(self, path: Path) -> str:
        """Where the name of the value at the path was read."""
        return self.keys.get(path) or self.place(path)


def from_file(file: File) -> Source:
    """The settings in a YAML file, with `file:line:column` of each."""
    source = Source()
    try:
        node = yaml.compose(file.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except OSError as error:
        source.problems.append(
            Problem(
                str(file), "", f"cannot be read: {error.strerror}", "name a file that exists and may be read"
            )
        )
    except UnicodeDecodeError as error:
        source.problems.append(
            Problem(str(file), "", f"is not UTF-8 (byte {error.start})", "save the file as UTF-8")
        )
    except yaml.YAMLError as error:
        source.problems.append(_syntax(file, error))
    else:
        _read_document(source, file, node)
    return source


def from_environment(environment: Mapping[str, str]) -> Source:
    """The settings in environment variables: LEDGERSCOPE_LISTEN__PORT is listen.port."""
    source = Source()
    named = [(name, path) for name, path in _ALIASES.items() if name in environment]
    named += [
        (name, tuple(name.removeprefix(PREFIX).lower().split("__")))
        for name in sorted(environment)
        if name.startswith(PREFIX) and name not in _NOT_SETTINGS
    ]
    for name, path in named:
        source.put(path, environment[name], f"environment variable {name}")
    return source


def from_options(options: Mapping[str, object]) -> Source:
    """The settings among the options of the command line; None is an option that was not given."""
    source = Source()
    for name, value in options.items():
        if value is not None:
            source.put(OPTIONS[name], value, f"option {name}")
    return source


def _syntax(file: File, error: yaml.YAMLError) -> Problem:
    if not isinstance(error, yaml.MarkedYAMLError):
        return Problem(
            str(file), "", "holds characters that YAML does not allow", "save the file as UTF-8 text"
        )
    mark = error.problem_mark
    place = f"{file}:{mark.line + 1}:{mark.column + 1}" if mark else str(file)
    return Problem(place, "", f"is not YAML: {error.problem or error.context}", "correct the syntax")


def _read_document(source: Source, file: File, node: yaml.Node | None) -> None:
    if node is None:
        return
    if not isinstance(node, yaml.MappingNode):
        source.problems.append(
            Problem(_at(file, node), "", "is not a mapping", "write settings as `name: value`")
        )
        return
    source.places[()] = str(file)
    source.tree = _mapping(source, file, node, ())


def _mapping(source: Source, file: File, node: yaml.MappingNode, path: Path) -> Tree:
    tree: Tree = {}
    for key, value in node.value:
        name = str(key.value)
        inner = (*path, name)
        if name in tree:
            source.problems.append(
                Problem(
                    _at(file, key),
                    ".".join(inner),
                    "is given twice",
                    f"keep the one at {source.places[inner]}",
                )
            )
            continue
        source.places[inner], source.keys[inner] = _at(file, value), _at(file, key)
        tree[name] = _value(source, file, value, inner)
    return tree


def _value(source: Source, file: File, node: yaml.Node, path: Path) -> object:
    if isinstance(node, yaml.MappingNode):
        return _mapping(source, file, node, path)
    constructor = yaml.SafeLoader("")
    try:
        return constructor.construct_object(node, deep=True)
    except (yaml.YAMLError, ValueError, AttributeError, LookupError):
        # the library lets through whatever a conversion raises that an explicit tag asked for
        source.problems.append(
            Problem(_at(file, node), ".".join(path), f"is no {node.tag}", "leave the tag out")
        )
        return None
    finally:
        constructor.dispose()


def _at(file: File, node: yaml.Node) -> str:
    return f"{file}:{node.start_mark.line + 1}:{node.start_mark.column + 1}"


def _leaf(tree: object, path: Path) -> object:
    for name in path:
        tree = tree[name] if isinstance(tree, dict) else None
    return tree
