"""Regular expressions as Prometheus means them: RE2 syntax and RE2's matches, in time linear in the text.

Matchers test whole values; most of their patterns are literals and alternations, which need no engine. The
others run on Python's `re` where that has few ways to try, and else on the machine (see `backtracking`).
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Protocol

from ledgerscope.promql.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ledgerscope.promql.regex.machine import Machine
    from ledgerscope.promql.regex.tree import Parsed

_CACHED = 4096
_SPECIAL = frozenset(r"\.+*?()|[]{}^$")
_ALTERNATION = re.compile(r"[^\\.+*?()\[\]{}^$]*")
_ANYTHING = ".*"
_SOMETHING = ".+"
_REFERENCE = re.compile(r"\$(?:(\$)|\{([^}]*)\}|([A-Za-z0-9_]+))")
_WORD = re.compile(r"\w+")


@lru_cache(maxsize=_CACHED)
def compile_anchored(pattern: str, *, dot_all: bool = True) -> Callable[[str], bool]:
    """The test whether a whole value matches. Raises RegexError.

    dot_all: whether the pattern is read as since Prometheus 3: `.` matches line breaks, a group may be named
    `(?<name>)`, and a quotation may be left open.
    """
    return (_without_engine(pattern) if dot_all else None) or _with_engine(pattern, dot_all=dot_all)


def _without_engine(pattern: str) -> Callable[[str], bool] | None:
    """The same test by string comparison, where the pattern is simple enough."""
    if _ALTERNATION.fullmatch(pattern):
        return frozenset(pattern.split("|")).__contains__
    if pattern == _ANYTHING:
        return _always
    if pattern == _SOMETHING:
        return bool
    return _affix(pattern)


def _always(_: str) -> bool:
    return True


def _affix(pattern: str) -> Callable[[str], bool] | None:
    starts, ends = pattern.startswith(_ANYTHING), pattern.endswith(_ANYTHING)
    body = pattern[2 if starts else 0 : len(pattern) - (2 if ends else 0)]
    if not (starts or ends) or not _SPECIAL.isdisjoint(body):
        return None
    if starts and ends:
        return lambda value: body in value
    return (lambda value: value.endswith(body)) if starts else (lambda value: value.startswith(body))


def _with_engine(pattern: str, *, dot_all: bool) -> Callable[[str], bool]:
    from ledgerscope.promql.regex.backtracking import UNLIMITED, compiled, ways  # noqa: PLC0415 - most patterns need no engine
    from ledgerscope.promql.regex.syntax import parse  # noqa: PLC0415 - same

    if dot_all:
        parsed = parse(pattern, dot_all=True)
    else:
        # Prometheus 2 first compiles the pattern as text between anchors, then by itself.
        parse(f"^(?:{pattern})$", dot_all=False, angle_names=False)
        parsed = parse(pattern, dot_all=False, angle_names=False)
    longest = ways(parsed).longest(search=False)
    quick = compiled(parsed) if longest >= 0 else None
    slow = _machine(parsed.whole())
    if quick is None:
        return lambda text: slow().matches(text)
    fullmatch = quick.fullmatch
    if longest >= UNLIMITED:
        return lambda text: fullmatch(text) is not None
    return lambda text: fullmatch(text) is not None if len(text) <= longest else slow().matches(text)


def _machine(parsed: Parsed) -> Callable[[], Machine]:
    """The machine of a pattern, built when it is first needed."""

    @cache
    def build() -> Machine:
        from ledgerscope.promql.regex.machine import Machine  # noqa: PLC0415 - few patterns need it

        return Machine(parsed)

    return build


class Match(Protocol):
    """Where a pattern matched, as `re` and the machine tell it."""

    def __getitem__(self, group: int, /) -> str | None: ...
    def start(self) -> int: ...
    def end(self) -> int: ...
    def groups(self) -> tuple[str | None, ...]: ...


@dataclass(frozen=True, slots=True)
class Regex:
    """A pattern to find and replace with, as `label_replace` and `reReplaceAll` do.

    groups: how many there are. search: the first match in a text. finditer: all of them, as Go counts them.
    """

    source: str
    names: dict[str, tuple[int, ...]]
    groups: int
    search: Callable[[str], Match | None]
    finditer: Callable[[str], Iterator[Match]]

    def expand(self, template: str, match: Match) -> str:
        """The template with `$1`, `${1}`, `$name` and `${name}` filled in, `$$` for a dollar sign."""
        return "".join(self._pieces(template, match))

    def _pieces(self, template: str, match: Match) -> Iterator[str]:
        position = 0
        while (dollar := template.find("$", position)) >= 0:
            yield template[position:dollar]
            reference = _REFERENCE.match(template, dollar)
            if reference is None or not self._is_name(reference):
                # A dollar sign that refers to nothing is kept, as Go keeps it.
                yield "$"
                position = dollar + 1
                continue
            yield "$" if reference[1] else self._group(match, reference[2] or reference[3] or "")
            position = reference.end()
        yield template[position:]

    @staticmethod
    def _is_name(reference: re.Match[str]) -> bool:
        return reference[2] is None or _WORD.fullmatch(reference[2]) is not None

    def _group(self, match: Match, name: str) -> str:
        """A group's text; empty for one that does not exist or took no part.

        Of several groups of one name, the first that took part.
        """
        numbers = (int(name),) if _is_group_number(name) else self.names.get(name, ())
        known = (match[number] for number in numbers if number <= self.groups)
        return next((text for text in known if text is not None), "")

    def replace_first(self, text: str, template: str) -> str | None:
        """The expanded template if the text matches, else None (`label_replace`)."""
        match = self.search(text)
        return None if match is None else self.expand(template, match)

    def replace_all(self, text: str, template: str) -> str:
        """The text with every match replaced (`reReplaceAll`)."""
        pieces: list[str] = []
        copied = 0
        for match in self.finditer(text):
            pieces += [text[copied : match.start()], self.expand(template, match)]
            copied = match.end()
        pieces.append(text[copied:])
        return "".join(pieces)


_GROUP_DIGITS = 4


def _is_group_number(name: str) -> bool:
    """Whether a reference counts groups: digits without a leading zero, as Go reads it."""
    if not (name.isascii() and name.isdigit()) or (len(name) > 1 and name[0] == "0"):
        return False
    return len(name) <= _GROUP_DIGITS


@lru_cache(maxsize=_CACHED)
def compile_regex(pattern: str, *, angle_names: bool = True) -> Regex:
    """A pattern for finding and replacing. Raises RegexError.

    angle_names: whether a group may be named `(?<name>)`, as since Prometheus 3.
    """
    from ledgerscope.promql.regex.backtracking import UNLIMITED, compiled, ways  # noqa: PLC0415 - most patterns need no engine
    from ledgerscope.promql.regex.syntax import parse  # noqa: PLC0415 - same

    parsed = parse(pattern, dot_all=False, angle_names=angle_names)
    counted = ways(parsed)
    longest = -1 if counted.loose else counted.longest(search=True)
    quick = compiled(parsed) if longest >= 0 else None
    slow = _machine(parsed)
    if quick is None:
        return Regex(
            pattern,
            parsed.names,
            parsed.groups,
            search=lambda text: slow().search(text),
            finditer=lambda text: slow().finditer(text),
        )
    search, every = quick.search, _each(quick)
    if longest >= UNLIMITED:
        return Regex(pattern, parsed.names, parsed.groups, search, every)
    return Regex(
        pattern,
        parsed.names,
        parsed.groups,
        search=lambda text: search(text) if len(text) <= longest else slow().search(text),
        finditer=lambda text: every(text) if len(text) <= longest else slow().finditer(text),
    )


def _each(quick: re.Pattern[str]) -> Callable[[str], Iterator[Match]]:
    """All matches as Go finds them.

    An empty one right after another does not count, and after an empty one none begins at the same place,
    which Python does look for.
    """

    def finditer(text: str) -> Iterator[Match]:
        position, last = 0, -1
        while position <= len(text) and (match := quick.search(text, position)) is not None:
            if match.end() > match.start() or match.start() != last:
                yield match
            last = match.end()
            position = max(last, position + 1)

    return finditer


def compile_whole(pattern: str, *, dot_all: bool = True) -> Regex:
    """A pattern for whole texts, as `label_replace` takes it: put between anchors as text, not as a tree.

    So `a)|(b` is sound here and means what it says between the anchors. Raises RegexError.
    dot_all: whether the pattern is read as since Prometheus 3.
    """
    return compile_regex(f"^(?{'s' if dot_all else ''}:{pattern})$", angle_names=dot_all)
