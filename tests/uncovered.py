"""The environment of a process that a test starts and whose lines need not be counted.

Tracing would slow it down to a multiple: a business that goes on living, the same bytes made again and again.
What it runs is counted where tests call it directly.
"""

from __future__ import annotations

import os


def environment(**more: str) -> dict[str, str]:
    """This process's environment without what starts coverage, and with more."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_PROCESS")}
    return {**kept, **more}
