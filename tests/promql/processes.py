"""Runs the programs that tests compare with, so that none of them outlives the tests."""

from __future__ import annotations

import functools
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def run(*arguments: str | Path, check: bool = False, **options: Any) -> subprocess.CompletedProcess[Any]:
    """`subprocess.run` with output as text; on Linux the kernel ends the program when this process ends."""
    options = {"capture_output": True, "text": True} | options
    return subprocess.run([*_bound_to_parent(), *arguments], check=check, **options)


@functools.cache
def _bound_to_parent() -> Sequence[str]:
    """What makes the kernel kill a program with its parent, however that ends."""
    setpriv = shutil.which("setpriv")
    return (setpriv, "--pdeathsig", "KILL") if setpriv else ()
