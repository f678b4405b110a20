"""Go's `print`, `println` and `printf` over template values.

A verb that does not fit its value is not an error in Go but a text such as `%!d(string=x)`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from ledgerscope.promql.template.go_syntax import go_syntax
from ledgerscope.promql.template.values import StringMap, default_format, type_name
from ledgerscope.promql.template.verbs import Spec, format_value

if TYPE_CHECKING:
    from collections.abc import Sequence

_INDEX = re.compile(r"\[(?P<index>\d+)\]")
_DIGITS = re.compile(r"\d+")
_WIDEST = 1_000_000


def sprint(values: Sequence[object]) -> str:
    """`%v` of each, with a space between two operands of which neither is a string."""
    pieces: list[str] = []
    for index, value in enumerate(values):
        if index and not isinstance(value, str) and not isinstance(values[index - 1], str):
            pieces.append(" ")
        pieces.append(default_format(value))
    return "".join(pieces)


def sprintln(values: Sequence[object]) -> str:
    """`%v` of each, spaces between all of them, and a newline."""
    return " ".join(default_format(value) for value in values) + "\n"


def sprintf(text: str, values: Sequence[object]) -> str:
    """The text with its verbs replaced by the values."""
    return _Formatter(text, values).run()


def cut(value: object, precision: int | None) -> object:
    """The value with every text in it cut to the precision."""
    if precision is None:
        return value
    if isinstance(value, str):
        return value[:precision]
    if isinstance(value, StringMap):
        return StringMap({key[:precision]: each[:precision] for key, each in value.items()})
    return value


class _Formatter:
    def __init__(self, text: str, values: Sequence[object]) -> None:
        self.text = text
        self.values = values
        self.at = 0
        self.used = 0
        self.reordered = False
        self.good_index = True

    def run(self) -> str:
        pieces: list[str] = []
        while self.at < len(self.text):
            percent = self.text.find("%", self.at)
            if percent < 0:
                pieces.append(self.text[self.at :])
                break
            pieces.append(self.text[self.at : percent])
            self.at = percent + 1
            pieces.append(self._verb())
        pieces.append(self._extra())
        return "".join(pieces)

    def _verb(self) -> str:
        self.good_index = True
        spec, problems = self._read()
        if self.at >= len(self.text):
            return problems + "%!(NOVERB)"
        verb = self.text[self.at]
        # `%+v` and `%#v` ask for more of a struct, not for a sign or a prefix
        as_source = spec.sharp and verb == "v"
        spec = replace(spec, verb=verb, plus=spec.plus and verb != "v", sharp=spec.sharp and verb != "v")
        self.at += 1
        if spec.verb == "%":
            return problems + "%"
        if not self.good_index:
            return f"{problems}%!{spec.verb}(BADINDEX)"
        if self.used >= len(self.values):
            return f"{problems}%!{spec.verb}(MISSING)"
        value = self.values[self.used]
        self.used += 1
        if as_source and not isinstance(value, float):
            shown = cut(value, spec.precision)
            return problems + (
                go_syntax(shown, leaf=spec.pad) if isinstance(shown, dict) else spec.pad(go_syntax(shown))
            )
        return problems + format_value(spec, value)

    def _read(self) -> tuple[Spec, str]:
        flags = self._flags()
        problems = ""
        self._argument_index()
        width, problem = self._size("WIDTH")
        problems += problem
        precision = None
        if self.text.startswith(".", self.at):
            self.at += 1
            self._argument_index()
            precision, problem = self._size("PREC")
            problems += problem
            precision = precision if precision is not None else 0
            precision = None if precision < 0 else precision
        self._argument_index()
        minus = "-" in flags or (width is not None and width < 0)
        zero = "0" in flags and not minus
        return (
            Spec("", minus, "+" in flags, "#" in flags, " " in flags, zero, width and abs(width), precision),
            problems,
        )

    def _flags(self) -> str:
        start = self.at
        while self.at < len(self.text) and self.text[self.at] in "-+# 0":
            self.at += 1
        return self.text[start : self.at]

    def _argument_index(self) -> None:
        if not self.text.startswith("[", self.at):
            return
        self.reordered = True
        match = _INDEX.match(self.text, self.at)
        close = self.text.find("]", self.at)
        if match is None or not 1 <= int(match["index"][:9]) <= len(self.values):
            self.good_index = False
            self.at = close + 1 if close >= 0 else self.at + 1
            return
        self.used = int(match["index"]) - 1
        self.at = match.end()

    def _size(self, what: str) -> tuple[int | None, str]:
        if self.text.startswith("*", self.at):
            self.at += 1
            value = self.values[self.used] if self.used < len(self.values) else None
            self.used += 1
            if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _WIDEST:
                return value, ""
            return None, f"%!(BAD{what})"
        match = _DIGITS.match(self.text, self.at)
        if match is None:
            return None, ""
        self.at = match.end()
        return (int(match[0]), "") if len(match[0]) < len(str(_WIDEST)) else (None, "")

    def _extra(self) -> str:
        if self.reordered or self.used >= len(self.values):
            return ""
        rest = (
            "<nil>" if value is None else f"{type_name(value)}={default_format(value)}"
            for value in self.values[self.used :]
        )
        return f"%!(EXTRA {', '.join(rest)})"
