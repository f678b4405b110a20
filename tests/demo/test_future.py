"""Items are made ahead of their use, in order, and errors come out where the items are used."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING

import pytest

from ledgerscope.demo.future import future

if TYPE_CHECKING:
    from collections.abc import Iterator


def test_all_items_come_in_order() -> None:
    with future(range(20)) as items:
        assert list(items) == [*range(20)]


def test_items_are_made_before_they_are_asked_for() -> None:
    made = threading.Event()

    def make() -> Iterator[int]:
        yield 1
        made.set()
        yield 2

    with future(make()) as items:
        assert made.wait(5)
        assert list(items) == [1, 2]


def test_an_error_of_the_maker_reaches_the_user() -> None:
    def make() -> Iterator[int]:
        yield 1
        raise LookupError("out of items")

    with future(make()) as items:
        assert next(items) == 1
        with pytest.raises(LookupError, match="out of items"):
            next(items)


def test_leaving_early_ends_the_thread_and_restores_the_interpreter() -> None:
    usual = sys.getswitchinterval()
    with future(iter(int, 1)) as items:
        assert next(items) == 0
        assert sys.getswitchinterval() < usual
    assert [thread for thread in threading.enumerate() if thread.name == "future"] == []
    assert sys.getswitchinterval() == usual
