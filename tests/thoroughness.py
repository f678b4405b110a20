"""How often the costly tests try: a little before each change, and thoroughly where a change is judged."""

from __future__ import annotations

import os
from typing import Final

__all__ = ["tries"]

_VARIABLE: Final = "LEDGERSCOPE_THOROUGH"


def tries(few: int, *, thorough: int) -> int:
    """`few`, or as many as are wanted where LEDGERSCOPE_THOROUGH is set, as `.ci/run` does."""
    return thorough if os.environ.get(_VARIABLE) else few
