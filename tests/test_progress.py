"""Progress on a terminal is a bar that ends full; elsewhere it is two lines."""

from __future__ import annotations

import contextlib
import io
import os
import pty

from ledgerscope.progress import on_stream


def all_of(terminal: int) -> str:
    """What was written to a terminal whose other end is closed; it arrives in pieces, and ends with EIO."""
    written = b""
    with os.fdopen(terminal, "rb", buffering=0) as screen, contextlib.suppress(OSError):
        while piece := screen.read(4096):
            written += piece
    return written.decode()


def test_a_terminal_shows_a_bar_that_ends_full_whatever_was_expected() -> None:
    master, slave = pty.openpty()
    with os.fdopen(slave, "w", encoding="utf-8") as stream, on_stream("making it", 1000, stream) as advance:
        advance(300)
        advance(400)
    written = all_of(master)
    assert "making it" in written
    assert "700/700" in written


def test_elsewhere_there_are_two_lines() -> None:
    stream = io.StringIO()
    with on_stream("making it", 1000, stream) as advance:
        advance(1300)
        advance(400)
    assert stream.getvalue() == "making it ...\nmaking it: 1,700 rows\n"


def test_work_that_was_done_before_is_not_mentioned() -> None:
    stream = io.StringIO()
    with on_stream("making it", 1000, stream):
        pass
    assert stream.getvalue() == ""
