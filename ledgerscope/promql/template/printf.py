"""Go's `fmt` verbs over template values: what `print`, `println` and `printf` give.

A verb that does not fit its value is not an error in Go but a text such as `%!d(string=x)`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ledgerscope.promql.quoting import quote, quote_rune
from ledgerscope.promql.template.floats import shortest, shortest_scientific, with_precision
from ledgerscope.promql.template.lexer import unicode_name
from ledgerscope.promql.template.values import (
    AlertData,
    AnyMap,
    QueryResult,
    StringMap,
    TemplateSample,
    default_format,
    type_name,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_SPEC = re.compile(r"%(?P<flags>[-+# 0]*)(?P<rest>[^%]*)", re.DOTALL)
_INDEX = re.compile(r"\[(?P<index>\d+)\]")
_DIGITS = re.compile(r"\d+")
_WIDEST = 1_000_000


@dataclass(frozen=True, slots=True)
class _Spec:
    """One verb with its flags; `width` and `precision` None where not given."""

    verb: str
    minus: bool = False
    plus: bool = False
    sharp: bool = False
    space: bool = False
    zero: bool = False
    width: int | None = None
    precision: int | None = None

    def pad(self, text: str, *, zeros: bool = False) -> str:
        """The text brought to the width."""
        if self.width is None or len(text) >= self.width:
            return text
        if self.minus:
            return text.ljust(self.width)
        if self.zero and zeros:
            sign = text[:1] if text[:1] in ("+", "-", " ") else ""
            return sign + text[len(sign) :].rjust(self.width - len(sign), "0")
        return text.rjust(self.width)


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
        return problems + format_value(spec, value)

    def _read(self) -> tuple[_Spec, str]:
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
            _Spec("", minus, "+" in flags, "#" in flags, " " in flags, zero, width and abs(width), precision),
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


def format_value(spec: _Spec, value: object) -> str:
    """One value under one verb."""
    if spec.verb == "T":
        return spec.pad(type_name(value))
    if value is None:
        return spec.pad("<nil>") if spec.verb == "v" else f"%!{spec.verb}(<nil>)"
    for types, formatter in _BY_TYPE:
        if isinstance(value, types):
            text = formatter(spec, value)
            return bad_verb(spec, value) if text is None else text
    if spec.verb in "vs":
        return spec.pad(default_format(value))
    return bad_verb(spec, value)


def bad_verb(spec: _Spec, value: object) -> str:
    """What Go prints for a verb that does not fit: the value under `%v`, flags and all."""
    return f"%!{spec.verb}({type_name(value)}={format_value(replace(spec, verb='v'), value)})"


def _format_bool(spec: _Spec, value: bool) -> str | None:
    return spec.pad("true" if value else "false") if spec.verb in "vt" else None


def _format_int(spec: _Spec, value: int) -> str | None:
    base = {"v": "d", "d": "d", "b": "b", "o": "o", "O": "o", "x": "x", "X": "X"}.get(spec.verb)
    if base is not None:
        return _integer(spec, value, base)
    if spec.verb in "cqU":
        return _rune(spec, value)
    return None


def _integer(spec: _Spec, value: int, base: str) -> str:
    digits = format(abs(value), base)
    if spec.precision is not None:
        digits = "" if spec.precision == 0 and value == 0 else digits.rjust(spec.precision, "0")
        spec = replace(spec, zero=False)
    prefix = {"x": "0x", "X": "0X", "b": "0b", "o": "0"}.get(base, "") if spec.sharp else ""
    prefix = "0o" if spec.verb == "O" else prefix
    return spec.pad(_sign(spec, negative=value < 0) + prefix + digits, zeros=True)


def _sign(spec: _Spec, *, negative: bool) -> str:
    if negative:
        return "-"
    return "+" if spec.plus else " " if spec.space else ""


def _rune(spec: _Spec, value: int) -> str:
    char = chr(value) if 0 <= value <= 0x10FFFF and not 0xD800 <= value < 0xE000 else "\ufffd"  # noqa: PLR2004
    if spec.verb == "c":
        return spec.pad(char, zeros=True)
    if spec.verb == "q":
        return spec.pad(quote_rune(char), zeros=True)
    return spec.pad(unicode_name(char) if spec.sharp else f"U+{value:04X}")


def _format_float(spec: _Spec, value: float) -> str | None:
    text = _float_digits(spec, value)
    if text is None:
        return None
    if text[0] not in "+-":
        text = _sign(spec, negative=False) + text
    finite = text[-1] not in "fN"
    return spec.pad(text, zeros=finite)


def _float_digits(spec: _Spec, value: float) -> str | None:
    if spec.verb in "vgG":
        if spec.precision is not None:
            kind = "g" if spec.verb == "v" else spec.verb
            return with_precision(value, kind, spec.precision, alternate=spec.sharp)
        text = with_precision(value, "g", 6, alternate=True) if spec.sharp else shortest(value)
        return text.replace("e", "E") if spec.verb == "G" else text
    if spec.verb in "eEfF":
        return with_precision(value, spec.verb, 6 if spec.precision is None else spec.precision)
    if spec.verb in "xXb":
        return _binary_float(spec, value)
    return None


def _binary_float(spec: _Spec, value: float) -> str | None:
    if spec.verb == "b" or value in (float("inf"), float("-inf")) or value != value:  # noqa: PLR0124 - NaN
        return shortest_scientific(value) if spec.verb != "b" else None
    mantissa, _, exponent = value.hex().partition("p")
    mantissa = mantissa.rstrip("0") if "." in mantissa else mantissa
    power = int(exponent)
    text = f"{mantissa.rstrip('.')}p{'-' if power < 0 else '+'}{abs(power):02d}"
    return text.upper() if spec.verb == "X" else text


def _format_string(spec: _Spec, value: str) -> str | None:
    if spec.verb in "vs":
        return spec.pad(value if spec.precision is None else value[: spec.precision], zeros=True)
    if spec.verb == "q":
        text = value if spec.precision is None else value[: spec.precision]
        if spec.sharp and "`" not in text:
            return spec.pad(f"`{text}`", zeros=True)
        return spec.pad(_ascii(quote(text)) if spec.plus else quote(text), zeros=True)
    if spec.verb in "xX":
        data = value.encode("utf-8", "surrogateescape")
        data = data if spec.precision is None else data[: spec.precision]
        text = data.hex(" ") if spec.space else data.hex()
        return spec.pad(text.upper() if spec.verb == "X" else text, zeros=True)
    return None


def _format_map(spec: _Spec, value: StringMap | AnyMap) -> str | None:
    pairs = (f"{format_value(spec, key)}:{format_value(spec, each)}" for key, each in sorted(value.items()))
    return f"map[{' '.join(pairs)}]"


def _format_alert(spec: _Spec, value: AlertData) -> str | None:
    parts = (value.labels, value.external_labels, value.external_url, value.value)
    return "{" + " ".join(format_value(spec, part) for part in parts) + "}"


def _format_sample(spec: _Spec, value: TemplateSample) -> str | None:
    return f"&{{{format_value(spec, value.labels)} {format_value(spec, value.value)}}}"


def _format_list(spec: _Spec, value: QueryResult) -> str | None:
    return spec.pad(default_format(value))


def _ascii(quoted: str) -> str:
    return "".join(char if char.isascii() else _escape(ord(char)) for char in quoted)


def _escape(code: int) -> str:
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004 - the BMP's end


_BY_TYPE: tuple[tuple[type | tuple[type, ...], Callable[..., str | None]], ...] = (
    (bool, _format_bool),
    (int, _format_int),
    (float, _format_float),
    (str, _format_string),
    ((StringMap, AnyMap), _format_map),
    (QueryResult, _format_list),
    (AlertData, _format_alert),
    (TemplateSample, _format_sample),
)
