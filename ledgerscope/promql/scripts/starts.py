"""`@st` lines of scripts: when each sample's counting began, relative to the sample."""

from __future__ import annotations

import re

from ledgerscope.promql.errors import PromQLError
from ledgerscope.promql.records import dataclass
from ledgerscope.promql.samples.labels import Labels
from ledgerscope.promql.syntax.parser import parse_metric
from ledgerscope.promql.text.durations import parse_duration

_ITEM = re.compile(
    r"(?P<skip>_)(?:x(?P<skips>\d+))?"
    r"|(?P<again>\*)(?:x(?P<agains>\d+))?"
    r"|(?P<base>[-+]?(?:0|\d+[a-wyz]+))(?P<step>[-+]\d+[a-wyz]+)?(?:x(?P<count>\d+))?"
)


class StartTimesError(PromQLError):
    """An `@st` line that cannot be read."""


@dataclass(frozen=True, slots=True)
class StartTimes:
    """Offsets in milliseconds from each sample to its start; None where it is unknown."""

    offsets: tuple[int | None, ...]

    def __len__(self) -> int:
        return len(self.offsets)

    def cycled(self, count: int) -> StartTimes:
        """As many offsets as needed, beginning anew at the end."""
        return StartTimes(tuple(self.offsets[index % len(self.offsets)] for index in range(count)))


def is_start_line(line: str) -> bool:
    """Whether a line of a load gives start times instead of values."""
    head, _, rest = line.partition(" ")
    return head.endswith("@st") and bool(rest)


def read_start_line(line: str) -> tuple[Labels | None, StartTimes]:
    """The series a line is for (None: every series below) and the offsets."""
    head, _, items = line.partition(" ")
    metric = head.removesuffix("@st")
    offsets: list[int | None] = []
    for item in items.split():
        offsets += _offsets(item, offsets)
    return (Labels(parse_metric(metric)) if metric else None), StartTimes(tuple(offsets))


def _offsets(item: str, so_far: list[int | None]) -> list[int | None]:
    match = _ITEM.fullmatch(item)
    if match is None:
        raise StartTimesError(
            f"invalid start time {item!r}, expected a duration, _ or *, optionally with x<count>"
        )
    if match["skip"]:
        return [None] * int(match["skips"] or 1)
    if match["again"]:
        known = next((each for each in reversed(so_far) if each is not None), 0)
        return [known] * (int(match["agains"] or 0) + 1)
    base, step = _signed(match["base"]), _signed(match["step"] or "0s")
    return [base + step * index for index in range(int(match["count"] or 0) + 1)]


def _signed(text: str) -> int:
    return (-1 if text.startswith("-") else 1) * parse_duration(text.lstrip("+-"))
