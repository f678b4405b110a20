"""Regular expressions as Prometheus means them: RE2 syntax, run by Python's `re`.

Matchers test whole values; most of their patterns are literals and alternations, which need no engine.
Python backtracks where RE2 does not: a pattern such as `(a*)*b` can be slow here, and what a group holds that
repeats something empty may be another text (`(a*)*` ends with an empty round here); what matches is the same.
In Prometheus 2 `.` does not match a line feed; here it does whichever generation is followed.
"""

from __future__ import annotations

import re
import warnings
from functools import lru_cache
from typing import TYPE_CHECKING

from ledgerscope.promql.errors import RegexError
from ledgerscope.promql.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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

    dot_all: whether `.` matches line breaks, as since Prometheus 3.
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
    from ledgerscope.promql.regex.syntax import translate  # noqa: PLC0415 - most patterns need no engine

    fullmatch = _compiled(translate(pattern, dot_all=dot_all).pattern, pattern).fullmatch
    return lambda value: fullmatch(value) is not None


def _compiled(translated: str, pattern: str) -> re.Pattern[str]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return re.compile(translated)
    except (re.error, OverflowError, RecursionError) as error:
        raise RegexError(f"cannot be run here ({error})", pattern) from error


@dataclass(frozen=True, slots=True)
class Regex:
    """A pattern to find and replace with, as `label_replace` and `reReplaceAll` do."""

    source: str
    compiled: re.Pattern[str]
    names: dict[str, tuple[int, ...]]

    def expand(self, template: str, match: re.Match[str]) -> str:
        """The template with `$1`, `${1}`, `$name` and `${name}` filled in, `$$` for a dollar sign."""
        return "".join(self._pieces(template, match))

    def _pieces(self, template: str, match: re.Match[str]) -> Iterator[str]:
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

    def _group(self, match: re.Match[str], name: str) -> str:
        """A group's text; empty for one that does not exist or took no part.

        Of several groups of one name, the first that took part.
        """
        numbers = (int(name),) if _is_group_number(name) else self.names.get(name, ())
        known = (match[number] for number in numbers if number <= self.compiled.groups)
        return next((text for text in known if text is not None), "")

    def replace_first(self, text: str, template: str) -> str | None:
        """The expanded template if the text matches, else None (`label_replace`)."""
        match = self.compiled.search(text)
        return None if match is None else self.expand(template, match)

    def replace_all(self, text: str, template: str) -> str:
        """The text with every match replaced (`reReplaceAll`)."""
        pieces: list[str] = []
        copied, previous = 0, -1
        for match in self.compiled.finditer(text):
            # Go ignores an empty match right after another match, Python does not.
            if match.end() == match.start() == previous:
                continue
            pieces += [text[copied : match.start()], self.expand(template, match)]
            copied = previous = match.end()
        pieces.append(text[copied:])
        return "".join(pieces)


_GROUP_DIGITS = 4


def _is_group_number(name: str) -> bool:
    """Whether a reference counts groups: digits without a leading zero, as Go reads it."""
    if not (name.isascii() and name.isdigit()) or (len(name) > 1 and name[0] == "0"):
        return False
    return len(name) <= _GROUP_DIGITS


@lru_cache(maxsize=_CACHED)
def compile_regex(pattern: str) -> Regex:
    """A pattern for finding and replacing. Raises RegexError."""
    from ledgerscope.promql.regex.syntax import translate  # noqa: PLC0415 - most patterns need no engine

    translation = translate(pattern, dot_all=False)
    return Regex(pattern, _compiled(translation.pattern, pattern), translation.names)


def compile_whole(pattern: str, *, dot_all: bool = True) -> Regex:
    """A pattern for whole texts, as `label_replace` takes it: put between anchors as text, not as a tree.

    So `a)|(b` is sound here and means what it says between the anchors. Raises RegexError.
    """
    return compile_regex(f"^(?{'s' if dot_all else ''}:{pattern})$")
