"""The hash of a label set by which limit_ratio chooses its sample: xxHash64 of the packed labels."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ledgerscope.promql.samples.labels import Labels

_MASK = (1 << 64) - 1
_P1, _P2, _P3 = 0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9
_P4, _P5 = 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5
_LONG = 255  # lengths from here on take three more bytes


def sampling_offset(labels: Labels) -> float:
    """Where a series falls between 0 and 1, always the same for the same labels."""
    return label_hash(labels) / float(_MASK)


@lru_cache(maxsize=65536)
def label_hash(labels: Labels) -> int:
    """The 64-bit hash of a label set."""
    return xxhash64(b"".join(_packed(text) for pair in labels.pairs for text in pair))


def _packed(text: str) -> bytes:
    raw = text.encode("utf-8", "surrogateescape")
    if len(raw) < _LONG:
        return bytes([len(raw)]) + raw
    return b"\xff" + len(raw).to_bytes(3, "little") + raw


def _rotate(value: int, by: int) -> int:
    return ((value << by) | (value >> (64 - by))) & _MASK


def _round(state: int, lane: int) -> int:
    return _rotate((state + lane * _P2) & _MASK, 31) * _P1 & _MASK


def _merge(state: int, lane: int) -> int:
    return ((state ^ _round(0, lane)) * _P1 + _P4) & _MASK


def xxhash64(data: bytes) -> int:
    """xxHash, 64 bits, seed 0."""
    tail = len(data) - len(data) % 32
    state = _long(data[:tail]) if tail else _P5
    return _finish((state + len(data)) & _MASK, data[tail:])


def _long(data: bytes) -> int:
    states = [(_P1 + _P2) & _MASK, _P2, 0, -_P1 & _MASK]
    for start in range(0, len(data), 32):
        for lane in range(4):
            at = start + 8 * lane
            states[lane] = _round(states[lane], int.from_bytes(data[at : at + 8], "little"))
    state = sum(_rotate(each, by) for each, by in zip(states, (1, 7, 12, 18), strict=True)) & _MASK
    for each in states:
        state = _merge(state, each)
    return state


def _finish(state: int, rest: bytes) -> int:
    while len(rest) >= 8:  # noqa: PLR2004 - the algorithm's word sizes
        state = (_rotate(state ^ _round(0, int.from_bytes(rest[:8], "little")), 27) * _P1 + _P4) & _MASK
        rest = rest[8:]
    if len(rest) >= 4:  # noqa: PLR2004 - as above
        state = (_rotate(state ^ int.from_bytes(rest[:4], "little") * _P1 & _MASK, 23) * _P2 + _P3) & _MASK
        rest = rest[4:]
    for byte in rest:
        state = _rotate(state ^ byte * _P5 & _MASK, 11) * _P1 & _MASK
    state = (state ^ state >> 33) * _P2 & _MASK
    state = (state ^ state >> 29) * _P3 & _MASK
    return state ^ state >> 32
