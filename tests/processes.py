"""Starts the programs that tests talk to, so that none of them outlives the tests, however those end."""

from __future__ import annotations

import functools
import itertools
import os
import shutil
import signal
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["SAID", "heed_interrupts", "logs", "run", "start"]

logs: Path | None = None
"""The folder where programs of ours keep their logs, beside what they do with them anyway."""
SAID: Final = ".said"
"""How files of the folder end that hold what a command printed."""
_FILE: Final = "LEDGERSCOPE_LOG__FILE"
_NUMBERS: Final = itertools.count()


def start(*arguments: str | Path, **options: Any) -> subprocess.Popen[str]:
    """`subprocess.Popen` with text; on Linux the kernel ends the program when the calling thread ends."""
    options = {"text": True} | options | _heard(arguments, options)
    return subprocess.Popen([*_bound_to_parent(), *arguments], **options)


def run(*arguments: str | Path, check: bool = False, **options: Any) -> subprocess.CompletedProcess[Any]:
    """`subprocess.run` with output as text; on Linux the kernel ends the program when this process ends."""
    options = {"capture_output": True, "text": True} | options | _heard(arguments, options)
    done = subprocess.run([*_bound_to_parent(), *arguments], check=False, **options)
    if _is_ours(arguments):
        _keep_what_was_said(done)
    if check:
        done.check_returncode()
    return done


def heed_interrupts() -> None:
    """A `preexec_fn`: what a shell starts in the background ignores SIGINT, and so would its children."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _heard(arguments: Sequence[str | Path], options: dict[str, Any]) -> dict[str, Any]:
    """The environment with which a program of ours also writes a log to the folder."""
    environment = os.environ if options.get("env") is None else options["env"]
    if logs is None or not _is_ours(arguments) or _FILE in environment:
        return {}
    return {"env": {**environment, _FILE: str(logs / f"{next(_NUMBERS)}.log")}}


def _is_ours(arguments: Sequence[str | Path]) -> bool:
    return Path(arguments[0]).name == "ledgerscope"


def _keep_what_was_said(done: subprocess.CompletedProcess[Any]) -> None:
    """What a command printed, in a file of the folder: it may name customers, but hold no secret."""
    if logs is None:
        return
    parts = (each for each in (done.stdout, done.stderr) if each)
    said = b"".join(each if isinstance(each, bytes) else each.encode("utf-8", "replace") for each in parts)
    (logs / f"{next(_NUMBERS)}{SAID}").write_bytes(said)


@functools.cache
def _bound_to_parent() -> Sequence[str]:
    """What makes the kernel kill a program with its parent, however that ends."""
    setpriv = shutil.which("setpriv")
    return (setpriv, "--pdeathsig", "KILL") if setpriv else ()
