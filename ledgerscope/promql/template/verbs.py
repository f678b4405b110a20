"""One value under one of Go's `fmt` verbs, with its flags, width and precision."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from ledgerscope.promql.records import dataclass
from ledgerscope.promql.template.floats import binary, hexadecimal, shortest, with_precision
from ledgerscope.promql.template.values import (
    AlertData,
    AnyMap,
    GoDuration,
    GoTime,
    QueryResult,
    StringMap,
    TemplateSample,
    default_format,
    type_name,
)
from ledgerscope.promql.text.quoting import quote, quote_rune

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Spec:
    """One verb with its flags; `width` and `precision` None where not given."""

    verb: str
    minus: bool = False
    plus: bool = False
    sharp: bool = False
    space: bool = False
    zero: bool = False
    width: int | None = None
    precision: int | None = None

    def pad(self, text: str, *, zeros: bool = True) -> str:
        """The text brought to the width; the flag 0 fills up with zeros, whatever the text is."""
        if self.width is None or len(text) >= self.width:
            return text
        if self.minus:
            return text.ljust(self.width)
        return text.rjust(self.width, "0" if self.zero and zeros else " ")

    def pad_number(self, text: str) -> str:
        """A number brought to the width: zeros come after its sign."""
        if not self.zero or self.width is None or text[:1] not in SIGNS:
            return self.pad(text)
        return text[:1] + replace(self, width=max(0, self.width - 1)).pad(text[1:])


SIGNS = ("+", "-", " ")


def format_value(spec: Spec, value: object) -> str:
    """One value under one verb."""
    if spec.verb == "T":
        name = type_name(value)
        return spec.pad(name if spec.precision is None else name[: spec.precision])
    if value is None:
        return spec.pad("<nil>") if spec.verb == "v" else f"%!{spec.verb}(<nil>)"
    for types, formatter in _BY_TYPE:
        if isinstance(value, types):
            text = formatter(spec, value)
            return bad_verb(spec, value) if text is None else text
    if spec.verb in "vs":
        return spec.pad(default_format(value))
    return bad_verb(spec, value)


def bad_verb(spec: Spec, value: object) -> str:
    """What Go prints for a verb that does not fit: the value under `%v`, flags and all."""
    return f"%!{spec.verb}({type_name(value)}={format_value(replace(spec, verb='v'), value)})"


def _format_bool(spec: Spec, value: bool) -> str | None:
    return spec.pad("true" if value else "false") if spec.verb in "vt" else None


def _format_int(spec: Spec, value: int) -> str | None:
    base = {"v": "d", "d": "d", "b": "b", "o": "o", "O": "o", "x": "x", "X": "X"}.get(spec.verb)
    if base is not None:
        return _integer(spec, value, base)
    if spec.verb in "cqU":
        return _rune(spec, value)
    return None


def _integer(spec: Spec, value: int, base: str) -> str:
    if spec.precision == 0 and value == 0:
        return " " * (spec.width or 0)
    sign = _sign(spec, negative=value < 0)
    digits = format(abs(value), base)
    if spec.precision is not None:
        digits = digits.rjust(spec.precision, "0")
    elif spec.zero and spec.width is not None:
        digits = digits.rjust(spec.width - len(sign), "0")
    octal = "" if digits.startswith("0") else "0"
    prefix = {"x": "0x", "X": "0X", "b": "0b", "o": octal}.get(base, "") if spec.sharp else ""
    prefix = "0o" if spec.verb == "O" else prefix
    return spec.pad(sign + prefix + digits, zeros=False)


def _sign(spec: Spec, *, negative: bool) -> str:
    if negative:
        return "-"
    return "+" if spec.plus else " " if spec.space else ""


def _rune(spec: Spec, value: int) -> str:
    is_rune = 0 <= value <= _LAST_RUNE and not 0xD800 <= value < 0xE000  # noqa: PLR2004 - the surrogates
    char = chr(value) if is_rune else "\ufffd"
    if spec.verb == "c":
        return spec.pad(char)
    if spec.verb == "q":
        return spec.pad(quote_rune(char))
    name = f"U+{value % 2**64:0{max(4, spec.precision or 0)}X}"
    shown = f" '{char}'" if spec.sharp and 0 <= value <= _LAST_RUNE and char.isprintable() else ""
    return spec.pad(name + shown, zeros=False)


_LAST_RUNE = 0x10FFFF


def _format_float(spec: Spec, value: float) -> str | None:
    text = _float_digits(spec, value)
    if text is None:
        return None
    if text[0] not in "+-":
        text = _sign(spec, negative=False) + text
    elif text[0] == "+":  # infinity
        text = text if spec.plus or not spec.space else f" {text[1:]}"
    if text[-1] in "fN":
        return spec.pad(text, zeros=False)
    if spec.sharp and spec.verb != "b":
        text = _with_point(spec, text)
    return spec.pad_number(text)


def _float_digits(spec: Spec, value: float) -> str | None:
    precision = spec.precision
    if spec.verb in "vgG":
        if precision is not None:
            return with_precision(value, "G" if spec.verb == "G" else "g", precision)
        return shortest(value).replace("e", "E" if spec.verb == "G" else "e")
    if spec.verb in "eEfF":
        return with_precision(value, spec.verb, 6 if precision is None else precision)
    if spec.verb == "b":
        return binary(value)
    if spec.verb in "xX":
        text = hexadecimal(value, precision)
        return text.upper() if spec.verb == "X" and text[-1] not in "fN" else text
    return None


def _with_point(spec: Spec, text: str) -> str:
    """What the flag # does to a float: it has a point, and `%g` and `%x` keep zeros at the end."""
    sign, body = (text[:1], text[1:]) if text[:1] in SIGNS else ("", text)
    exponent = re.search("[pP].*" if spec.verb in "xX" else "[eE].*", body)
    tail = exponent[0] if exponent else ""
    digits = body.removesuffix(tail)
    wanted = (6 if spec.precision is None else spec.precision) if spec.verb in "vgGx" else 0
    wanted = spec.precision or 0 if spec.verb == "X" else wanted
    significant = digits.replace(".", "").lstrip("0")
    missing = wanted - len(significant) - (digits == "0")
    point = "" if "." in digits else "."
    return sign + digits + point + "0" * missing + tail


def _format_string(spec: Spec, value: str) -> str | None:
    if spec.verb in "vs":
        return spec.pad(value if spec.precision is None else value[: spec.precision])
    if spec.verb == "q":
        text = value if spec.precision is None else value[: spec.precision]
        if spec.sharp and _fits_backquotes(text):
            return spec.pad(f"`{text}`")
        return spec.pad(_ascii(quote(text)) if spec.plus else quote(text))
    if spec.verb in "xX":
        data = value.encode("utf-8", "surrogateescape")
        data = data if spec.precision is None else data[: spec.precision]
        before = "0x" if spec.sharp else ""
        pieces = [f"{byte:02x}" for byte in data] if spec.space else [data.hex()] if data else []
        text = " ".join(before + piece for piece in pieces)
        return spec.pad(text.upper() if spec.verb == "X" else text)
    return None


def _fits_backquotes(text: str) -> bool:
    """Whether a raw string can hold the text: one line without control characters but tabs."""
    return not any(char in "`\ufeff\x7f" or (char < " " and char != "\t") for char in text)


def _format_map(spec: Spec, value: StringMap | AnyMap) -> str | None:
    pairs = (f"{format_value(spec, key)}:{format_value(spec, each)}" for key, each in sorted(value.items()))
    return f"map[{' '.join(pairs)}]"


def _format_alert(spec: Spec, value: AlertData) -> str | None:
    parts = (value.labels, value.external_labels, value.external_url, value.value)
    return "{" + " ".join(format_value(spec, part) for part in parts) + "}"


def _format_sample(spec: Spec, value: TemplateSample) -> str | None:
    return f"&{{{format_value(spec, value.labels)} {format_value(spec, value.value)}}}"


def _format_list(spec: Spec, value: QueryResult) -> str | None:
    return spec.pad(default_format(value))


def _format_time(spec: Spec, value: GoTime) -> str | None:
    """A time is text; under the verbs of other types Go shows what it is made of."""
    if spec.verb in _OF_TEXT:
        return _format_string(spec, str(value))
    seconds, nanoseconds = divmod(value.nanoseconds, 1_000_000_000)
    parts = (
        _part(spec, nanoseconds, "uint64"),
        _part(spec, seconds + _SECONDS_TO_1970, "int64"),
        _integer(spec, 0, spec.verb)
        if spec.verb in "bodxX"
        else f"%!{spec.verb}(*time.Location={spec.pad('<nil>')})",
    )
    return f"&{{{' '.join(parts)}}}"


def _part(spec: Spec, value: int, kind: str) -> str:
    shown = _format_int(spec, value)
    return shown or f"%!{spec.verb}({kind}={format_value(replace(spec, verb='v'), value)})"


def _format_duration(spec: Spec, value: GoDuration) -> str | None:
    return _format_string(spec, str(value)) if spec.verb in _OF_TEXT else _format_int(spec, value.nanoseconds)


_OF_TEXT = "vsxXq"
_SECONDS_TO_1970 = 62_135_596_800


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
    (GoTime, _format_time),
    (GoDuration, _format_duration),
)
