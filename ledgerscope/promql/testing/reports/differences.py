"""Expected and actual side by side: which belong together, and what differs label by label."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from ledgerscope.promql.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

_Want = TypeVar("_Want")
_Got = TypeVar("_Got")
_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class Pairing(Generic[_Want, _Got]):
    """What belongs together, what is missing, and what nobody expected."""

    pairs: tuple[tuple[_Want, _Got], ...]
    missing: tuple[_Want, ...]
    unexpected: tuple[_Got, ...]


def pair_up(
    wanted: Sequence[_Want], found: Sequence[_Got], likeness: Callable[[_Want, _Got], float]
) -> Pairing[_Want, _Got]:
    """The most alike put together first; below zero two things have nothing to do with each other."""
    ranked = sorted(
        (
            (-likeness(want, got), want_at, got_at)
            for want_at, want in enumerate(wanted)
            for got_at, got in enumerate(found)
        ),
    )
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for unlikeness, want_at, got_at in ranked:
        if unlikeness <= 0 and want_at not in pairs and got_at not in taken:
            pairs[want_at] = got_at
            taken.add(got_at)
    return Pairing(
        tuple((wanted[want_at], found[got_at]) for want_at, got_at in sorted(pairs.items())),
        tuple(want for at, want in enumerate(wanted) if at not in pairs),
        tuple(got for at, got in enumerate(found) if at not in taken),
    )


def likeness(want: Mapping[str, str], got: Mapping[str, str]) -> float:
    """How many labels agree, less what is different; negative where nothing but the alert's name agrees."""
    names = (want.keys() | got.keys()) - {"alertname"}
    same = sum(want.get(name) == got.get(name) for name in names)
    return same - 0.1 * (len(names) - same) if same or not names else -1.0


def compared(title: str, want: Mapping[str, str], got: Mapping[str, str]) -> Iterator[str]:
    """A line per name: ` ` where both agree, `-` for what was expected, `+` for what was there."""
    if dict(want) == dict(got):
        return
    yield f"    {title}:"
    for name in sorted(want.keys() | got.keys()):
        if want.get(name) == got.get(name):
            yield f"        {name}: {want[name]!r}"
            continue
        if name in want:
            yield f"      - {name}: {want[name]!r}"
        if name in got:
            yield f"      + {name}: {got[name]!r}"


def first_difference(want: Mapping[str, str], got: Mapping[str, str]) -> str:
    """The first name that is not as expected, in words; nothing where all are."""
    for name in sorted(want.keys() | got.keys()):
        if want.get(name) != got.get(name):
            return f"{name}: expected {_quoted(want, name)}, found {_quoted(got, name)}"
    return ""


def _quoted(texts: Mapping[str, str], name: str) -> str:
    return repr(texts[name]) if name in texts else "none"


def counted(what: str, expected: int, found: int) -> str:
    """Two counts that differ, in words; nothing where they are equal."""
    return "" if expected == found else f"expected {what}: {expected}, found: {found}"


def listed(
    what: str, items: Sequence[_Item], most: int, lines: Callable[[_Item], Iterable[str]]
) -> Iterator[str]:
    """The lines about each of the first few things, and how many more there are."""
    for each in items[:most]:
        yield from lines(each)
    if len(items) > most:
        yield f"  and {len(items) - most} more {what}"
