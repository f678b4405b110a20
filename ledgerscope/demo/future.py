"""Makes the next items of an iterator while the caller is busy with one: two cores, half the waiting."""

from __future__ import annotations

import sys
import threading
from contextlib import contextmanager
from queue import Queue
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["future"]

_Item = TypeVar("_Item")
_TURN_SECONDS: Final = 0.001
"""The consumer hands over the interpreter with every block it sends; at Python's usual 5 ms it would wait
longer for its turn than it works."""


@contextmanager
def future(items: Iterable[_Item], depth: int = 2) -> Iterator[Iterator[_Item]]:
    """Iterate over `items`, made up to `depth` in advance by another thread.

    What the items raise is raised where they are consumed; leaving early ends the thread.
    """
    made: Queue[tuple[_Item | None, BaseException | None]] = Queue(maxsize=depth)
    left = threading.Event()
    usual = sys.getswitchinterval()

    def make() -> None:
        try:
            for item in items:
                made.put((item, None))
                if left.is_set():
                    return
            made.put((None, None))
        except BaseException as error:  # noqa: BLE001 -- raised again by the consumer
            made.put((None, error))

    thread = threading.Thread(target=make, name="future", daemon=True)
    sys.setswitchinterval(_TURN_SECONDS)
    thread.start()
    try:
        yield _consume(made)
    finally:
        left.set()
        while thread.is_alive():
            if not made.empty():
                made.get()
            thread.join(0.01)
        sys.setswitchinterval(usual)


def _consume(made: Queue[tuple[_Item | None, BaseException | None]]) -> Iterator[_Item]:
    while True:
        item, error = made.get()
        if error is not None:
            raise error
        if item is None:
            return
        yield item
