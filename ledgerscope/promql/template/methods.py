"""Methods of the values that have any: times (`toTime`, `now`) and durations (`toDuration`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledgerscope.promql.template.signatures import Function, Param
from ledgerscope.promql.template.time_layout import format_time
from ledgerscope.promql.template.values import GoDuration, GoTime

if TYPE_CHECKING:
    from collections.abc import Callable

_SECOND = 1_000_000_000


def _calendar(part: Callable[[GoTime], int]) -> Function:
    return Function(part)


METHODS: dict[type, dict[str, Function]] = {
    GoTime: {
        "Format": Function(format_time, (Param.STRING,)),
        "String": Function(str),
        "UTC": Function(lambda time: time),
        "Unix": Function(lambda time: time.nanoseconds // _SECOND),
        "UnixMilli": Function(lambda time: time.nanoseconds // 1_000_000),
        "UnixNano": Function(lambda time: time.nanoseconds),
        "Year": _calendar(lambda time: time.moment.year),
        "Day": _calendar(lambda time: time.moment.day),
        "Hour": _calendar(lambda time: time.moment.hour),
        "Minute": _calendar(lambda time: time.moment.minute),
        "Second": _calendar(lambda time: time.moment.second),
        "YearDay": _calendar(lambda time: time.moment.timetuple().tm_yday),
        "Nanosecond": Function(lambda time: time.nanoseconds % _SECOND),
    },
    GoDuration: {
        "String": Function(str),
        "Seconds": Function(lambda duration: duration.nanoseconds / _SECOND),
        "Minutes": Function(lambda duration: duration.nanoseconds / (60 * _SECOND)),
        "Hours": Function(lambda duration: duration.nanoseconds / (3600 * _SECOND)),
        "Milliseconds": Function(lambda duration: int(duration.nanoseconds / 1_000_000)),
        "Nanoseconds": Function(lambda duration: duration.nanoseconds),
    },
}
