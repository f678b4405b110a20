"""Starts the programs that tests talk to, so that none of them outlives the tests, however those end."""

from __future__ import annotations

import functools
import shutil
import signal
import subprocess
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["heed_interrupts", "run", "start"]


def start(*arguments: str | Path, **options: Any) -> subprocess.Popen[str]:
    """`subprocess.Popen` with text; on Linux the kernel ends the program when the calling thread ends."""
    options = {"text": True} | options
    return subprocess.Popen([*_bound_to_parent(), *arguments], **options)


def run(*arguments: str | Path, check: bool = False, **options: Any) -> subprocess.CompletedProcess[Any]:
    """`subprocess.run` with output as text; on Linux the kernel ends the program when this process ends."""
    options = {"capture_output": True, "text": True} | options
    return subprocess.run([*_bound_to_parent(), *arguments], check=check, **options)


def heed_interrupts() -> None:
    """A `preexec_fn`: what a shell starts in the background ignores SIGINT, and so would its children."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@functools.cache
def _bound_to_parent() -> Sequence[str]:
    """What makes the kernel kill a program with its parent, however that ends."""
    setpriv = shutil.which("setpriv")
    return (setpriv, "--pdeathsig", "KILL") if setpriv else ()
