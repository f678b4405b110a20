"""The functions that make numbers readable: prefixes, durations, percentages, times.

Four significant digits throughout; the arithmetic (repeated division) is Prometheus's, so that the last digit
agrees.
"""

from __future__ import annotations

import math

from ledgerscope.promql.template.errors import FunctionError
from ledgerscope.promql.template.floats import shortest, with_precision
from ledgerscope.promql.template.go_numbers import parse_float
from ledgerscope.promql.template.values import GoDuration, GoTime, type_name
from ledgerscope.promql.text.durations import DurationError, parse_duration

_LARGE = ("k", "M", "G", "T", "P", "E", "Z", "Y")
_SMALL = ("m", "u", "n", "p", "f", "a", "z", "y")
_BINARY = ("ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi")
_INT64 = 2.0**63
_NANOSECONDS = 1e9


def to_float(value: object) -> float:
    """The number a function works with: numbers as they are, texts parsed as Go parses them."""
    if isinstance(value, GoDuration):
        return value.nanoseconds / _NANOSECONDS
    if isinstance(value, str) and type(value) is str:
        return parse_float(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    raise FunctionError(f"can't convert {type_name(value)} to float")


def _four(value: float) -> str:
    return with_precision(value, "g", 4)


def _scale(value: float, prefixes: tuple[str, ...], base: float) -> tuple[float, str]:
    """Divided by the base until it is below it, and the prefix that says how often."""
    prefix = ""
    for each in prefixes:
        if abs(value) < base:
            break
        prefix = each
        value /= base
    return value, prefix


def _magnify(value: float) -> tuple[float, str]:
    prefix = ""
    for each in _SMALL:
        if abs(value) >= 1:
            break
        prefix = each
        value *= 1000
    return value, prefix


def humanize(given: object) -> str:
    """With a metric prefix: 1234567 is 1.235M."""
    value = to_float(given)
    if value == 0 or not math.isfinite(value):
        return _four(value)
    value, prefix = _scale(value, _LARGE, 1000) if abs(value) >= 1 else _magnify(value)
    return _four(value) + prefix


def humanize_1024(given: object) -> str:
    """With a binary prefix: 1048576 is 1Mi."""
    value = to_float(given)
    if abs(value) <= 1 or not math.isfinite(value):
        return _four(value)
    value, prefix = _scale(value, _BINARY, 1024)
    return _four(value) + prefix


def humanize_duration(given: object) -> str:
    """Seconds as days, hours, minutes and seconds, or with a small prefix below one."""
    value = to_float(given)
    if not math.isfinite(value):
        return _four(value)
    if value == 0:
        return f"{_four(value)}s"
    if abs(value) < 1:
        value, prefix = _magnify(value)
        return f"{_four(value)}{prefix}s"
    sign, value = ("-", -value) if value < 0 else ("", value)
    return sign + (_long_duration(_to_int64(value)) or f"{_four(value)}s")


def _to_int64(value: float) -> int:
    # On amd64 a float beyond the range becomes the smallest integer.
    return int(value) if value < _INT64 else -(2**63)


def _long_duration(total: int) -> str:
    """Days to seconds, the leading zeros left out; empty below a minute. Truncating division, as in Go."""
    minutes, seconds = _divide(total, 60)
    hours, minutes = _divide(minutes, 60)
    days, hours = _divide(hours, 24)
    parts = {"d": days, "h": hours, "m": minutes, "s": seconds}
    units = list(parts)
    while units and parts[units[0]] == 0:
        units.pop(0)
    if len(units) <= 1:
        return ""
    return " ".join(f"{parts[unit]}{unit}" for unit in units)


def _divide(value: int, by: int) -> tuple[int, int]:
    quotient = abs(value) // by * (-1 if value < 0 else 1)
    return quotient, value - quotient * by


def humanize_percentage(given: object) -> str:
    """A ratio as a percentage."""
    return f"{_four(to_float(given) * 100)}%"


def to_time(given: object) -> GoTime:
    """Seconds since the epoch as an instant; milliseconds are what is kept."""
    value = to_float(given)
    if not math.isfinite(value):
        raise FunctionError("value is NaN or Inf")
    return _instant(value)


def _instant(value: float) -> GoTime:
    nanoseconds = value * _NANOSECONDS
    if not -_INT64 <= nanoseconds <= _INT64:
        raise FunctionError(
            f"{shortest(value)} cannot be represented as a nanoseconds timestamp since it overflows int64"
        )
    milliseconds, _ = _divide(_to_int64(nanoseconds), 1_000_000)
    return GoTime(milliseconds * 1_000_000)


def humanize_timestamp(given: object) -> str:
    """Seconds since the epoch as a date and time in UTC."""
    value = to_float(given)
    return str(_instant(value)) if math.isfinite(value) else _four(value)


def to_duration(given: object) -> GoDuration:
    """Seconds as a duration."""
    value = to_float(given)
    nanoseconds = value * _NANOSECONDS
    if not -_INT64 <= nanoseconds <= _INT64:
        raise FunctionError(f"{shortest(value)} cannot be represented as a duration since it overflows int64")
    return GoDuration(_to_int64(nanoseconds))


def duration_seconds(text: str) -> float:
    """The seconds of a Prometheus duration such as `1h30m`."""
    try:
        return parse_duration(text) / 1000
    except DurationError as error:
        raise FunctionError(str(error)) from error
