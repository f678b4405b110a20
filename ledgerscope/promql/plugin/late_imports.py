"""Imports of the engine while a session runs, without passes of the garbage collector between them."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def uncollected() -> Iterator[None]:
    """Keep the garbage collector off for these imports.

    Modules leave next to no garbage, and each full pass looks at every object that the other plugins made:
    in a session with many of them that took a quarter of the time of the import.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
