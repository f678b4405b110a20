"""Parts compressed apart are one gzip member together, which strict clients read to its end."""

from __future__ import annotations

import gzip
import zlib

import httpx
from hypothesis import given
from hypothesis import strategies as st

from exporter.exposition.gzip_member import Member, deflate

PIECES = st.lists(st.binary(max_size=200) | st.just(b"same " * 50), max_size=3)


@given(st.lists(PIECES, max_size=4), st.binary(max_size=300))
def test_a_member_holds_all_parts_and_the_tail(parts: list[list[bytes]], tail: bytes) -> None:
    member = Member().extended((deflate(part), part) for part in parts)
    whole = b"".join(piece for part in parts for piece in part) + tail
    finished = member.finished(tail)
    assert gzip.decompress(finished) == whole
    strict = zlib.decompressobj(zlib.MAX_WBITS | 16)
    assert strict.decompress(finished) == whole
    assert strict.eof
    assert not strict.unused_data


def test_a_client_that_stops_after_the_first_member_gets_everything() -> None:
    member = Member().extended([(deflate([b"one "]), [b"one "]), (deflate([b"two "]), [b"two "])])
    headers = {"content-encoding": "gzip"}
    spliced = httpx.Response(200, headers=headers, content=member.finished(b"three"))
    assert spliced.content == b"one two three"
    # what concatenated members would do to such a client
    two_members = gzip.compress(b"one ") + gzip.compress(b"two three")
    assert httpx.Response(200, headers=headers, content=two_members).content == b"one "


def test_an_unfinished_member_can_be_finished_many_times() -> None:
    member = Member().extended([(deflate([b"page "]), [b"page "])])
    assert [gzip.decompress(member.finished(tail)) for tail in (b"1", b"2")] == [b"page 1", b"page 2"]
