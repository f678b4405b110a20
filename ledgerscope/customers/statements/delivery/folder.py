"""Statements as files in a folder: whole or not at all, and never one in place of another."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ledgerscope.customers.statements.errors import DeliveryFailed

if TYPE_CHECKING:
    from ledgerscope.customers.statements.delivery.delivery import Letter

__all__ = ["Folder"]


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that exists; files in it can be read by their owner only."""

    path: Path
    method: str = "file"
    needs_address: bool = False

    def deliver(self, letter: Letter) -> None:
        """Write the file under its name, complete and on disk; the same file again is no error."""
        target = self.path / letter.file.name
        try:
            with suppress(FileExistsError):
                self._place(target, letter.file.content)
                return
            same = target.read_bytes() == letter.file.content
        except OSError as fault:
            said = f"cannot write into the folder {self.path}: {fault.strerror}"
            raise DeliveryFailed(said, temporary=True) from fault
        if not same:
            said = f"{target.name} is there already and holds something else; nothing was written"
            raise DeliveryFailed(said, temporary=False)

    def _place(self, target: Path, content: bytes) -> None:
        handle, name = tempfile.mkstemp(prefix=".statement-", dir=self.path)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.link(name, target)  # unlike a rename, refuses to replace what is there
        finally:
            with suppress(FileNotFoundError):
                Path(name).unlink()
        self._keep()

    def _keep(self) -> None:
        """The name itself is on disk only once its folder is."""
        folder = os.open(self.path, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
