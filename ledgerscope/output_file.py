"""Files that a user names for what is written: a file is whole or as it was, anything else is written to.

A regular file takes its new content at once, when all of it is written, and keeps its owner and mode; a new
one only its owner may read. Of a symbolic link it is the target that is replaced. A device, a pipe, and
whatever standard output is, cannot be replaced: what is written goes there as it comes.
"""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

__all__ = ["OutputFile", "is_standard_output", "output_file"]

_STANDARD_OUTPUT: Final = 1
_OF_OWNER: Final = 0o700


@dataclass(frozen=True, slots=True)
class OutputFile:
    """Where to write, and the two names of what is not whole yet; None for what is written to as it is."""

    stream: BinaryIO
    names: tuple[Path, Path] | None

    def sync(self) -> None:
        """Have everything that was written on disk, or on its way."""
        self.stream.flush()
        if self.names is not None:
            os.fsync(self.stream.fileno())

    def keep(self) -> None:
        """Give the file its name; without this nothing has happened to what has the name now."""
        self.sync()
        if self.names is not None:
            unfinished, target = self.names
            unfinished.replace(target)


@contextmanager
def output_file(path: Path) -> Iterator[OutputFile]:
    """Open what a path names for writing; raises OSError."""
    now = _now(path)
    if now is not None and (not stat.S_ISREG(now.st_mode) or is_standard_output(path)):
        with os.fdopen(_existing(path), "wb") as stream:
            yield OutputFile(stream, None)
        return
    target = Path(os.path.realpath(path))
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}-", dir=target.parent)
    unfinished = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            if now is not None:
                _be_like(descriptor, now)
            yield OutputFile(stream, (unfinished, target))
    finally:
        unfinished.unlink(missing_ok=True)


def is_standard_output(path: Path) -> bool:
    """Whether a path names what standard output goes to, as /dev/stdout does."""
    try:
        return os.path.samestat(path.stat(), os.fstat(_STANDARD_OUTPUT))
    except OSError:
        return False


def _now(path: Path) -> os.stat_result | None:
    """What there is at the end of all links; None where there is nothing."""
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def _existing(path: Path) -> int:
    """A descriptor of what is there: what standard output goes to is neither emptied nor begun anew."""
    return os.dup(_STANDARD_OUTPUT) if is_standard_output(path) else os.open(path, os.O_WRONLY)


def _be_like(descriptor: int, now: os.stat_result) -> None:
    """Owner, group and mode; where the owner cannot be kept, nobody else may do anything with the file."""
    mode = stat.S_IMODE(now.st_mode)
    try:
        os.fchown(descriptor, now.st_uid, now.st_gid)
    except PermissionError:
        mode &= _OF_OWNER
    os.fchmod(descriptor, mode)
