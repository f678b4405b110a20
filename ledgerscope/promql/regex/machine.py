"""Runs a program in time linear in the text, as RE2 does, with the matches and groups of RE2.

The text is read twice. From its end to its start an automaton, built state by state as the text needs it,
finds for each place the instructions that succeed from there. From its start to its end one path is then
taken through the program: of two ways the first that succeeds. Nothing is ever tried in vain, whatever the
pattern, and all matches in a text are found with one backward reading, in which RE2 itself is quadratic.
"""

from __future__ import annotations

from bisect import bisect_right
from enum import IntEnum
from functools import reduce
from itertools import accumulate
from operator import getitem
from typing import TYPE_CHECKING

from ledgerscope.promql.records import dataclass
from ledgerscope.promql.regex.program import Op, program
from ledgerscope.promql.regex.tree import Look

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ledgerscope.promql.regex.classes import Ranges
    from ledgerscope.promql.regex.tree import Parsed

_MOST_TRANSITIONS = 10_000  # remembered; some megabytes at most
_WORD = frozenset("0123456789_ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")


class _Kind(IntEnum):
    """What is beside a place, as far as conditions look."""

    NOTHING = 0
    LINE_FEED = 1
    WORD = 2
    OTHER = 3


_LINE_ENDS = (_Kind.NOTHING, _Kind.LINE_FEED)
_HOLDS: dict[Look, Callable[[_Kind, _Kind], bool]] = {
    Look.BEGIN_TEXT: lambda before, _: before is _Kind.NOTHING,
    Look.END_TEXT: lambda _, after: after is _Kind.NOTHING,
    Look.BEGIN_LINE: lambda before, _: before in _LINE_ENDS,
    Look.END_LINE: lambda _, after: after in _LINE_ENDS,
    Look.WORD_BOUNDARY: lambda before, after: (before is _Kind.WORD) is not (after is _Kind.WORD),
    Look.NO_WORD_BOUNDARY: lambda before, after: (before is _Kind.WORD) is (after is _Kind.WORD),
}


@dataclass(frozen=True, slots=True)
class Found:
    """A match, read as one of `re` is.

    spans: start and end of the match and of each group, -1 where a group took no part.
    """

    text: str
    spans: tuple[int, ...]

    def __getitem__(self, group: int) -> str | None:
        start, end = self.spans[2 * group : 2 * group + 2]
        return None if end < 0 else self.text[start:end]

    def start(self) -> int:
        """Where the match begins."""
        return self.spans[0]

    def end(self) -> int:
        """Where the match ends."""
        return self.spans[1]

    def groups(self) -> tuple[str | None, ...]:
        """The texts of all groups."""
        return tuple(self[group] for group in range(1, len(self.spans) // 2))


class Machine:
    """A pattern that can be run over texts."""

    def __init__(self, parsed: Parsed) -> None:
        self._program = program(parsed)
        self._slots = 2 * parsed.groups + 2
        self._end = len(self._program) - 1
        self._sources = self._sources_of_all()
        self._alphabet = _Alphabet([each.what if each.op is Op.CHAR else () for each in self._program])
        looks = {each.what for each in self._program if each.op is Op.LOOK}
        self._sees_lines = not looks.isdisjoint((Look.BEGIN_LINE, Look.END_LINE))
        self._sees_words = not looks.isdisjoint((Look.WORD_BOUNDARY, Look.NO_WORD_BOUNDARY))
        self._states: dict[tuple[int, _Kind], _State] = {}
        self._transitions = 0

    def matches(self, text: str) -> bool:
        """Whether the pattern matches at the text's start; made of `Parsed.whole`, whether the whole text."""
        return self._starts_at(reduce(getitem, reversed(text), self._last()), _Kind.NOTHING)

    def search(self, text: str) -> Found | None:
        """The first match."""
        states = self._read(text)
        start = self._first_start(text, states, 0)
        return None if start is None else self._taken(text, states, start)

    def finditer(self, text: str) -> Iterator[Found]:
        """All matches as Go finds them: none that is empty and follows right after another."""
        states = self._read(text)
        position, last = 0, -1
        while position <= len(text) and (start := self._first_start(text, states, position)) is not None:
            found = self._taken(text, states, start)
            if found.end() > start or start != last:
                yield found
            last = found.end()
            position = max(last, position + 1)

    def _sources_of_all(self) -> list[list[tuple[int, Look | None]]]:
        """For each instruction those that lead to it without a character, and on what condition."""
        sources: list[list[tuple[int, Look | None]]] = [[] for _ in self._program]
        for index, (op, what) in enumerate(self._program):
            if op is Op.SPLIT:
                for distance in what:
                    sources[index + distance].append((index, None))
            elif op is Op.JUMP:
                sources[index + what].append((index, None))
            elif op in (Op.LOOK, Op.SAVE):
                sources[index + 1].append((index, what if op is Op.LOOK else None))
        return sources

    def _kind(self, char: str) -> _Kind:
        if self._sees_words and char in _WORD:
            return _Kind.WORD
        return _Kind.LINE_FEED if self._sees_lines and char == "\n" else _Kind.OTHER

    def _kind_before(self, text: str, position: int) -> _Kind:
        return self._kind(text[position - 1]) if position else _Kind.NOTHING

    def _read(self, text: str) -> list[_State]:
        """The state of each place, the text's end included."""
        states = list(accumulate(reversed(text), getitem, initial=self._last()))
        states.reverse()
        return states

    def _last(self) -> _State:
        return self._state(0, _Kind.NOTHING)

    def _state(self, readers: int, after: _Kind) -> _State:
        state = self._states.get((readers, after))
        if state is None:
            state = self._states[readers, after] = _State(self, readers, after)
        return state

    def before(self, state: _State, char: str) -> _State:
        """The state of the place before a character, given the state of the place after it."""
        if self._transitions >= _MOST_TRANSITIONS:
            self._forget()
        self._transitions += 1
        kind = self._kind(char)
        succeeding = self._succeeding(state, kind)
        # The instruction that takes a character stands before the one that it leads to.
        return self._state(succeeding >> 1 & self._alphabet.readers(char), kind)

    def _forget(self) -> None:
        """Bounds what is remembered; states in use live on and are built anew when they are met again."""
        for state in self._states.values():
            state.clear()
        self._states.clear()
        self._transitions = 0

    def _succeeding(self, state: _State, before: _Kind) -> int:
        """The instructions, as bits, from which there is a way to the end."""
        pending = [self._end, *_bits(state.readers)]
        known = bytearray(len(self._program))
        for index in pending:
            known[index] = 1
        for index in pending:  # grows
            for source, look in self._sources[index]:
                if not known[source] and (look is None or _HOLDS[look](before, state.after)):
                    known[source] = 1
                    pending.append(source)
        return _packed(known)

    def _starts_at(self, state: _State, before: _Kind) -> bool:
        known = state.starts[before]
        if known is None:
            known = state.starts[before] = bool(self._succeeding(state, before) & 1)
        return known

    def _first_start(self, text: str, states: list[_State], position: int) -> int | None:
        """Where the first match at the position or after it begins."""
        if position == 0 and self._starts_at(states[0], _Kind.NOTHING):
            return 0
        for index in range(max(position, 1), len(states)):
            if self._starts_at(states[index], self._kind(text[index - 1])):
                return index
        return None

    def _taken(self, text: str, states: list[_State], start: int) -> Found:
        """The match that begins at a place where one does."""
        spans = [-1] * self._slots
        spans[0] = position = start
        index = 0
        while True:
            index, saved = self._way(states[position], index, self._kind_before(text, position))
            for slot in saved:
                spans[slot] = position
            if index == self._end:
                spans[1] = position
                return Found(text, tuple(spans))
            index += 1
            position += 1

    def _way(self, state: _State, index: int, before: _Kind) -> tuple[int, tuple[int, ...]]:
        """The next instruction that takes a character, or the end, and the slots saved on the way there."""
        way = state.ways.get((index, before))
        if way is None:
            way = state.ways[index, before] = self._find_way(state, index, before)
        return way

    def _find_way(self, state: _State, start: int, before: _Kind) -> tuple[int, tuple[int, ...]]:
        pending: list[tuple[int, tuple[int, ...]]] = [(start, ())]
        seen: set[int] = set()
        while True:
            index, saved = pending.pop()
            if index in seen:
                continue
            seen.add(index)
            op, what = self._program[index]
            if op is Op.MATCH or (op is Op.CHAR and state.readers >> index & 1):
                return index, saved
            if op is Op.SPLIT:
                pending += ((index + what[1], saved), (index + what[0], saved))
            elif op is Op.JUMP:
                pending.append((index + what, saved))
            elif op is Op.SAVE:
                pending.append((index + 1, (*saved, what)))
            elif op is Op.LOOK and _HOLDS[what](before, state.after):
                pending.append((index + 1, saved))


class _State(dict[str, "_State"]):
    """What succeeds from a place in the text; maps the character before the place to the state before it."""

    __slots__ = ("_machine", "after", "readers", "starts", "ways")

    def __init__(self, machine: Machine, readers: int, after: _Kind) -> None:
        super().__init__()
        self._machine = machine
        #: The instructions, as bits, that take the character that follows and succeed.
        self.readers = readers
        self.after = after
        #: Whether a match begins here, by what is before.
        self.starts: list[bool | None] = [None] * len(_Kind)
        self.ways: dict[tuple[int, _Kind], tuple[int, tuple[int, ...]]] = {}

    def __missing__(self, char: str) -> _State:
        state = self[char] = self._machine.before(self, char)
        return state


class _Alphabet:
    """Which instructions take a character; characters that none tells apart are looked up once."""

    def __init__(self, wanted: list[Ranges]) -> None:
        edges = {edge for ranges in set(wanted) for low, high in ranges for edge in (low, high + 1)}
        self._edges = sorted(edges)
        self._wanted = wanted
        self._known: dict[int, int] = {}

    def readers(self, char: str) -> int:
        """The instructions, as bits, that take the character."""
        code = ord(char)
        section = bisect_right(self._edges, code)
        known = self._known.get(section)
        if known is None:
            taking = {ranges: _has(ranges, code) for ranges in set(self._wanted)}
            known = self._known[section] = _packed(bytearray(taking[ranges] for ranges in self._wanted))
        return known


def _has(ranges: Ranges, code: int) -> bool:
    index = bisect_right(ranges, (code, 0x110000))
    return index > 0 and ranges[index - 1][1] >= code


def _packed(flags: bytearray) -> int:
    """Flags of 0 and 1 as the bits of a number, the first as the lowest."""
    return int(flags[::-1].translate(_DIGITS), 2)


_DIGITS = bytes(range(48, 58)).ljust(256, b"0")


def _bits(number: int) -> Iterator[int]:
    """The places of the bits that are set."""
    digits = bin(number)[:1:-1]
    place = digits.find("1")
    while place >= 0:
        yield place
        place = digits.find("1", place + 1)
