"""One gzip member out of parts that were compressed at different times.

Each collector's part of a page is compressed once, when it is collected; a scrape only appends its own
small fragment. Concatenating whole gzip members would do for Prometheus, `requests` and `gzip`, but HTTP
clients that stop after the first member (httpx does) would lose the rest of the page without a word. So the
parts are raw DEFLATE streams flushed to a byte boundary, which one member may hold in a row, and the
checksum runs on.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Member", "deflate"]

_LEVEL = 1
"""Six times as fast as 9 for half as much again in bytes; the network is not the bottleneck, the lock is."""

_HEADER = bytes((0x1F, 0x8B, zlib.DEFLATED, 0, 0, 0, 0, 0, 4, 0xFF))
"""No name, no time (so that equal pages are equal bytes), fastest compression, unknown system."""


def deflate(pieces: Iterable[bytes]) -> bytes:
    """The pieces as one raw DEFLATE stream that ends at a byte boundary and does not end the member."""
    compressor = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    parts = [compressor.compress(piece) for piece in pieces]
    return b"".join((*parts, compressor.flush(zlib.Z_SYNC_FLUSH)))


@dataclass(frozen=True, slots=True)
class Member:
    """A gzip member that is not finished yet: what it holds so far, its checksum and its size."""

    content: bytes = _HEADER
    checksum: int = 0
    size: int = 0

    def extended(self, parts: Iterable[tuple[bytes, Iterable[bytes]]]) -> Member:
        """With further parts, each given as its `deflate` and as the pieces it was made of."""
        content, checksum, size = [self.content], self.checksum, self.size
        for deflated, pieces in parts:
            content.append(deflated)
            for piece in pieces:
                checksum = zlib.crc32(piece, checksum)
                size += len(piece)
        return Member(b"".join(content), checksum, size)

    def finished(self, tail: bytes) -> bytes:
        """The whole member, ending in `tail`."""
        compressor = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
        trailer = zlib.crc32(tail, self.checksum).to_bytes(4, "little")
        size = (self.size + len(tail)) & 0xFFFFFFFF
        return b"".join(
            (self.content, compressor.compress(tail), compressor.flush(), trailer, size.to_bytes(4, "little"))
        )
