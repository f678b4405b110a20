"""Small variations of the input of a test, in a fixed order: the likeliest to show a mutant come first.

The values are moved to the threshold; a series is missing, ends, begins late, has a companion that differs in
one label. Each is a list of series that replaces the input.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledgerscope.promql.mutation.lines import Line, is_end
from ledgerscope.promql.samples.stale import STALE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

Lines = tuple[Line, ...]

_FACTORS = (0.5, 2.0, -1.0, 0.9, 1.1)
_OTHER = "other"
_ONE_MORE = "replica"
_HALF = 0.5


@dataclass(frozen=True, slots=True)
class Hints:
    """What is known of a mutant: what values and labels it is about.

    ratios: by how much the values of the input have to grow, so that a condition is at its threshold.
    values: of labels, that matchers name.
    unseen: the labels of series that the rule selects and the input does not have.
    hold: for how many steps the input has to last longer, so that what time decides is seen.
    """

    ratios: tuple[float, ...]
    numbers: tuple[float, ...]
    labels: tuple[str, ...]
    values: tuple[str, ...]
    unseen: tuple[Mapping[str, str], ...]
    hold: int
    values_first: bool


def variations(lines: Lines, hints: Hints) -> Iterator[Lines]:
    """The input as it is, then its variations, which last `hold` steps longer."""
    yield lines
    yield from (tuple(_held(line, hints.hold) for line in varied) for varied in _variations(lines, hints))


def _held(line: Line, count: int) -> Line:
    """It keeps its last value for some steps."""
    return Line(line.labels, (*line.values, *line.values[-1:] * (0 if _is_over(line) else count)))


def _is_over(line: Line) -> bool:
    return not line.values or line.values[-1] is None or is_end(line.values[-1])


def _variations(lines: Lines, hints: Hints) -> Iterator[Lines]:
    yield lines
    if hints.values_first:
        yield from _at_thresholds(lines, hints)
    yield from _strangers(lines, hints.unseen)
    for label in hints.labels:
        yield from _companions(lines, label, hints.values)
    yield from _each(lines, [_without, _ended, _late, _dipped, _risen])
    if not hints.values_first:
        yield from _at_thresholds(lines, hints)
    yield from _scaled(lines, _FACTORS)


def _at_thresholds(lines: Lines, hints: Hints) -> Iterator[Lines]:
    yield from _each(lines, [_all_of(number) for number in hints.numbers])
    yield from _scaled(lines, hints.ratios)


def _scaled(lines: Lines, ratios: Sequence[float]) -> Iterator[Lines]:
    """All values, those of one metric, and those of one series, times a ratio."""
    for ratio in ratios:
        yield tuple(_times(line, ratio) for line in lines)
    names = sorted({line.name for line in lines})
    for ratio in ratios if len(names) > 1 else ():
        for name in names:
            yield tuple(_times(line, ratio) if line.name == name else line for line in lines)
    for ratio in ratios if len(lines) > len(names) else ():
        for index in range(len(lines)):
            yield _with(lines, index, _times(lines[index], ratio))


def _times(line: Line, ratio: float) -> Line:
    return line.mapped(lambda value: value * ratio)


def _with(lines: Lines, index: int, *instead: Line) -> Lines:
    return (*lines[:index], *instead, *lines[index + 1 :])


def _each(lines: Lines, changes: Sequence[Callable[[Line], Line | None]]) -> Iterator[Lines]:
    """One series changed, or left out."""
    for change in changes:
        for index, line in enumerate(lines):
            changed = change(line)
            if changed is None or changed.values:
                yield _with(lines, index, *(() if changed is None else (changed,)))


def _all_of(number: float) -> Callable[[Line], Line]:
    return lambda line: line.mapped(lambda _: number)


def _without(_: Line) -> None:
    return None


def _ended(line: Line) -> Line:
    """It ends in the middle."""
    half = _middle(line)
    return Line(line.labels, (*line.values[:half], STALE) if half else ())


def _late(line: Line) -> Line:
    """It begins in the middle."""
    half = _middle(line)
    return Line(line.labels, (*(None,) * half, *line.values[half:]) if half else ())


def _dipped(line: Line) -> Line:
    """It falls to half its value in the middle, and stays there."""
    half = _middle(line)
    return Line(line.labels, (*line.values[:half], *_times(line, _HALF).values[half:]))


def _risen(line: Line) -> Line:
    """It rises to twice its value in the middle, and stays there."""
    half = _middle(line)
    return Line(line.labels, (*line.values[:half], *_times(line, 2).values[half:]))


def _middle(line: Line) -> int:
    """The place of the middle one of its samples."""
    places = [place for place, value in enumerate(line.values) if value is not None and not is_end(value)]
    return places[len(places) // 2] if places else 0


def _strangers(lines: Lines, unseen: Sequence[Mapping[str, str]]) -> Iterator[Lines]:
    """Series of metrics that the rule reads and the input does not have, beside one that it has."""
    for labels in unseen:
        for line in lines:
            yield (*lines, _times(line, 2).labelled(**labels))
            yield (*lines, line.labelled(**labels, **{_ONE_MORE: _OTHER}))


def _companions(lines: Lines, label: str, named: Sequence[str]) -> Iterator[Lines]:
    """Series that differ in one label alone: beside the others, or instead of them."""
    there = {line.labels.get(label, "") for line in lines} - {""}
    values = tuple(dict.fromkeys((_OTHER, *sorted(there), *(named if there else ()))))
    for factor in (0.5, 2.0, 1.0):
        for line in lines:
            for value in values:
                if value != line.labels.get(label, ""):
                    yield (*lines, _times(line, factor).labelled(**{label: value}))
        yield (*lines, *(_times(line, factor).labelled(**{label: _OTHER}) for line in lines))
    for index, line in enumerate(lines):
        yield _with(lines, index, line.labelled(**{label: _OTHER}))
