"""What a test file may say beyond promtool's format: partial labels, patterns, tolerances, repeated series.

promtool refuses these keys; with `promql_extensions = false` they are refused here, too.
"""

from __future__ import annotations

import re
from itertools import product
from string import Template
from typing import TYPE_CHECKING

from ledgerscope.promql.errors import ParseError, RegexError
from ledgerscope.promql.records import dataclass
from ledgerscope.promql.regex.translate import compile_anchored
from ledgerscope.promql.syntax.matching import matches
from ledgerscope.promql.syntax.parser import parse_selector
from ledgerscope.promql.syntax.printer import to_string
from ledgerscope.promql.yaml.nodes import Fault
from ledgerscope.promql.yaml.places import place_of_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import yaml

    from ledgerscope.promql.syntax.ast import VectorSelector
    from ledgerscope.promql.yaml.nodes import Reader

ALERT_FIELDS = ("match_labels", "match_annotations")
SAMPLE_FIELDS = ("match_labels", "tolerance")
CASE_FIELDS = ("fires_between", "match_labels")
SERIES_FIELDS = ("repeat",)

_PERCENT = 100.0
_MOST_SERIES = 100_000
_RANGE = re.compile(r"(\d{1,9})\.\.(\d{1,9})")


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far a value may be from the expected one: absolute, and as a share of it."""

    absolute: float = 0.0
    relative: float = 0.0

    def allows(self, want: float, got: float) -> bool:
        """Whether a value is near enough; what is not finite never is."""
        return abs(got - want) <= max(self.absolute, self.relative * abs(want))

    def __str__(self) -> str:
        return f" ± {self.relative * _PERCENT:g}%" if self.relative else f" ± {self.absolute:g}"


def meets(selector: VectorSelector, labels: Mapping[str, str]) -> bool:
    """Whether labels meet every matcher; labels that none names do not matter."""
    return all(matches(each, labels.get(each.name, "")) for each in selector.matchers)


def matched_text(selector: VectorSelector, patterns: Mapping[str, str]) -> str:
    """What is looked for, in words."""
    texts = ", ".join(f"{name}=~{pattern!r}" for name, pattern in patterns.items())
    return to_string(selector) + (f" with annotations {texts}" if texts else "")


def read_selector(reader: Reader, node: yaml.Node | None) -> VectorSelector | None:
    """`match_labels`: a selector such as `{job="a",instance=~"web-.*"}`."""
    if node is None:
        return None
    try:
        return parse_selector(reader.text(node, "match_labels"))
    except ParseError as error:
        place = place_of_text(reader, node, error.span.start)
        hint = """write it like '{job="a",instance=~"web-.*"}'"""
        reader.faults.append(Fault(place, f"match_labels: {error.message}", hint))
        return None


def read_patterns(reader: Reader, node: yaml.Node | None) -> Mapping[str, str]:
    """`match_annotations`: names and regular expressions for the whole text."""
    patterns = reader.text_map(node, "match_annotations")
    for pattern in patterns.values():
        try:
            compile_anchored(pattern)
        except RegexError as error:
            assert node is not None  # noqa: S101 - it has given the pattern
            reader.fault(node, f"match_annotations: {error}")
    return patterns


def texts_meet(patterns: Mapping[str, str], texts: Mapping[str, str]) -> bool:
    """Whether every text named is there and matches as a whole."""
    return all(name in texts and compile_anchored(pattern)(texts[name]) for name, pattern in patterns.items())


def read_tolerance(reader: Reader, node: yaml.Node | None) -> Tolerance | None:
    """`tolerance`: a number, or a share of the expected value such as `1%`."""
    if node is None:
        return None
    text = reader.text(node, "tolerance")
    try:
        value = float(text.removesuffix("%"))
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        reader.fault(node, f"tolerance: {text!r} is no distance", "write it like 0.01 or 1%")
        return None
    return Tolerance(relative=value / _PERCENT) if text.endswith("%") else Tolerance(absolute=value)


def read_between(reader: Reader, node: yaml.Node | None) -> tuple[int, int] | None:
    """`fires_between: [8m, 22m]`: two times, the later one last."""
    if node is None:
        return None
    times = [reader.duration(each, "fires_between") for each in reader.items(node, "fires_between")]
    if len(times) != 2 or times[0] >= times[1]:  # noqa: PLR2004 - a pair
        reader.fault(node, "fires_between needs a time and a later one", "write it like [8m, 22m]")
        return None
    return times[0], times[1]


def repeated(reader: Reader, node: yaml.Node | None, *texts: str) -> Iterator[tuple[str, ...]]:
    """Texts once for each combination of `repeat: {n: 1..3}`, `$n` filled in; as they are without it."""
    if node is None:
        yield texts
        return
    names, choices = zip(*_choices(reader, node), strict=True) if _choices(reader, node) else ((), ())
    for number, values in enumerate(product(*choices)):
        if number == _MOST_SERIES:
            reader.fault(node, f"repeat: more than {_MOST_SERIES} series")
            return
        given = dict(zip(names, values, strict=True))
        try:
            yield tuple(Template(text).substitute(given) for text in texts)
        except (KeyError, ValueError) as error:
            reader.fault(
                node, f"repeat: {error} is not among {', '.join(names)}", "write $$ for a dollar sign"
            )
            return


def _choices(reader: Reader, node: yaml.Node) -> list[tuple[str, Sequence[str]]]:
    return [(str(key.value), _values(reader, value)) for key, value in reader.pairs(node, "repeat")]


def _values(reader: Reader, node: yaml.Node) -> Sequence[str]:
    """`1..100`, or a list."""
    if not isinstance(getattr(node, "value", None), str):
        listed = [reader.text(each, "repeat") for each in reader.items(node, "repeat")]
        if not listed and not reader.faults:
            reader.fault(node, "repeat: nothing to put in, so no series is made", "list at least one value")
        return listed
    match = _RANGE.fullmatch(node.value)
    if match is None:
        reader.fault(node, f"repeat: {node.value!r} is no range", "write it like 1..100, or as a list")
        return ()
    first, last = int(match[1]), int(match[2])
    if first > last:
        reader.fault(
            node, f"repeat: {node.value!r} has no number, so no series is made", f"write {last}..{first}"
        )
    return [str(number) for number in range(first, last + 1)]


def all_assigned(fits: Sequence[Sequence[bool]]) -> bool:
    """Whether each row can have a column of its own that it fits (by augmenting paths)."""
    taken: dict[int, int] = {}

    def place(row: int, tried: set[int]) -> bool:
        for column, fit in enumerate(fits[row]):
            if fit and column not in tried:
                tried.add(column)
                if column not in taken or place(taken[column], tried):
                    taken[column] = row
                    return True
        return False

    return all(place(row, set()) for row in range(len(fits)))


def everyone_fits(wanted: Sequence[object], found: Sequence[object], fits: Callable[..., bool]) -> bool:
    """Whether what is wanted and what is found can be put together one to one."""
    return len(wanted) == len(found) and all_assigned([[fits(w, f) for f in found] for w in wanted])
