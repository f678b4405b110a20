"""One value under one of Go's `fmt` verbs, with its flags, width and precision."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ledgerscope.promql.records import dataclass
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


def format_value(spec: Spec, value: object) -> str:
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
    digits = format(abs(value), base)
    if spec.precision is not None:
        digits = "" if spec.precision == 0 and value == 0 else digits.rjust(spec.precision, "0")
        spec = replace(spec, zero=False)
    prefix = {"x": "0x", "X": "0X", "b": "0b", "o": "0"}.get(base, "") if spec.sharp else ""
    prefix = "0o" if spec.verb == "O" else prefix
    return spec.pad(_sign(spec, negative=value < 0) + prefix + digits, zeros=True)


def _sign(spec: Spec, *, negative: bool) -> str:
    if negative:
        return "-"
    return "+" if spec.plus else " " if spec.space else ""


def _rune(spec: Spec, value: int) -> str:
    char = chr(value) if 0 <= value <= 0x10FFFF and not 0xD800 <= value < 0xE000 else "\ufffd"  # noqa: PLR2004 - no surrogates
    if spec.verb == "c":
        return spec.pad(char, zeros=True)
    if spec.verb == "q":
        return spec.pad(quote_rune(char), zeros=True)
    return spec.pad(unicode_name(char) if spec.sharp else f"U+{value:04X}")


def _format_float(spec: Spec, value: float) -> str | None:
    text = _float_digits(spec, value)
    if text is None:
        return None
    if text[0] not in "+-":
        text = _sign(spec, negative=False) + text
    finite = text[-1] not in "fN"
    return spec.pad(text, zeros=finite)


def _float_digits(spec: Spec, value: float) -> str | None:
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


def _binary_float(spec: Spec, value: float) -> str | None:
    if spec.verb == "b" or value in (float("inf"), float("-inf")) or value != value:  # noqa: PLR0124 - NaN
        return shortest_scientific(value) if spec.verb != "b" else None
    mantissa, _, exponent = value.hex().partition("p")
    mantissa = mantissa.rstrip("0") if "." in mantissa else mantissa
    power = int(exponent)
    text = f"{mantissa.rstrip('.')}p{'-' if power < 0 else '+'}{abs(power):02d}"
    return text.upper() if spec.verb == "X" else text


def _format_string(spec: Spec, value: str) -> str | None:
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
