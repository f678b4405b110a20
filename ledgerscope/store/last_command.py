"""A command that runs when this process ends, however it ends: also when it is killed and cannot clean up.

A shell of its own waits at the end of a pipe whose other end only this process holds. The system closes that
end with the process.
"""

from __future__ import annotations

import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from ledgerscope.store.accounts import OURSELVES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from typing import IO

    from ledgerscope.store.accounts import Account

__all__ = ["run_at_the_end"]

_WAIT_AND_RUN: Final = 'while read -r _; do :; done; exec "$@"'


@contextmanager
def run_at_the_end(
    command: Sequence[str | Path], account: Account | None, *, held: IO[str] | None = None
) -> Iterator[None]:
    """Run the command as the account once the block or this process has ended; the block waits for it.

    `held` is a file that stays open until the command has ended, together with the locks on it.
    """
    waiting = subprocess.Popen(
        ["sh", "-c", _WAIT_AND_RUN, "sh", *command],
        cwd="/",
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is for us, not for what runs after us
        pass_fds=(held.fileno(),) if held else (),
        **(account.subprocess_arguments() if account else OURSELVES),
    )
    try:
        yield
    finally:
        waiting.communicate()  # closes the pipe, then waits
