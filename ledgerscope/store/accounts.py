"""The unprivileged account that PostgreSQL runs as when we are root, and what that account can reach."""

from __future__ import annotations

import os
import pwd
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypedDict

from ledgerscope.store.errors import EmbeddedFailed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

CANDIDATES: Final = ("nobody", "postgres", "daemon")


class Identity(TypedDict):
    """The arguments of `subprocess.run` that change the identity of the child."""

    user: int | None
    group: int | None
    extra_groups: Sequence[int] | None


OURSELVES: Final = Identity(user=None, group=None, extra_groups=None)


@dataclass(frozen=True, slots=True)
class Account:
    """A user of the machine, by number."""

    uid: int
    gid: int

    def subprocess_arguments(self) -> Identity:
        """Run a child as this account, without any group of ours."""
        return Identity(user=self.uid, group=self.gid, extra_groups=())


def server_account(candidates: Sequence[str] = CANDIDATES) -> Account | None:
    """The account to run a server as; None when we are not root and can run it ourselves."""
    if os.geteuid() != 0:
        return None
    for name in candidates:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise EmbeddedFailed(
        f"PostgreSQL refuses to run as root, and there is no account {' or '.join(candidates)}"
    )


def reachable_by(account: Account, path: Path) -> bool:
    """Whether the account may walk down to `path`, as far as it exists."""
    return all(_may_enter(account, folder) for folder in (path, *path.parents) if folder.is_dir())


def _may_enter(account: Account, folder: Path) -> bool:
    status = folder.stat()
    if status.st_uid == account.uid:
        return bool(status.st_mode & 0o100)
    return bool(status.st_mode & (0o010 if status.st_gid == account.gid else 0o001))
