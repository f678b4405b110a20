"""The embedded server: starts, keeps its data, survives being killed, and says what is wrong."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ledgerscope.store import embedded
from ledgerscope.store.accounts import Account, reachable_by, server_account
from ledgerscope.store.embedded import BINARIES_VARIABLE, EmbeddedPostgres, embedded_postgres
from ledgerscope.store.engine import OWNER, create_engine
from ledgerscope.store.errors import EmbeddedFailed, Unreachable

if TYPE_CHECKING:
    from collections.abc import Iterator

serve = partial(embedded_postgres, durable=False)


@pytest.fixture
def directory() -> Iterator[Path]:
    """A folder that the server's account may enter; pytest's own is closed to it under root."""
    path = Path(tempfile.mkdtemp(prefix="ledgerscope-embedded-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


def ask(server: EmbeddedPostgres, question: str) -> object:
    with create_engine(server.url, OWNER, pool_size=0).begin() as c:
        answer = c.exec_driver_sql(question)
        return answer.scalar_one() if answer.returns_rows else None


def postmaster(server: EmbeddedPostgres) -> int:
    return int((server.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0])


def test_data_outlives_the_server(directory: Path) -> None:
    with embedded_postgres(directory) as server:
        ask(server, "CREATE TABLE kept AS SELECT 42 AS n")
        assert ask(server, "SHOW fsync") == "on"
    with pytest.raises(Unreachable):
        ask(server, "SELECT 1")
    with embedded_postgres(directory) as server:
        assert ask(server, "SELECT n FROM kept") == 42


def test_a_forgetful_server_does_not_wait_for_the_disk(directory: Path) -> None:
    with serve(directory) as server:
        assert (ask(server, "SHOW fsync"), ask(server, "SHOW synchronous_commit")) == ("off", "off")


def test_it_listens_on_a_socket_of_its_own_and_never_on_the_network(directory: Path) -> None:
    with serve(directory) as server:
        assert ask(server, "SHOW listen_addresses") == ""
        assert "host=" in server.url
        assert server.data.stat().st_mode & 0o077 == 0


KILLED = """
import sys, time
from pathlib import Path
from ledgerscope.store.embedded import embedded_postgres
from ledgerscope.store.engine import create_engine
with embedded_postgres(Path(sys.argv[1])) as server:
    with create_engine(server.url, pool_size=0).begin() as connection:
        connection.exec_driver_sql("CREATE TABLE kept AS SELECT 42 AS n")
    print(server.data, flush=True)
    time.sleep(60)
"""


def killed(directory: Path) -> int:
    """Kill a process that runs a server; the number of the server's process."""
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, directory], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        data = Path(process.stdout.readline().strip())
        orphan = int((data / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0])
        process.kill()
    return orphan


def test_the_server_of_a_killed_process_ends_by_itself(directory: Path) -> None:
    _wait_until_gone(killed(directory))


def test_after_a_kill_the_next_start_waits_for_the_server_to_end_and_finds_its_data(directory: Path) -> None:
    for _ in range(2):
        orphan = killed(directory)
        with embedded_postgres(directory) as server:
            assert postmaster(server) != orphan
            assert ask(server, "SELECT n FROM kept") == 42
            ask(server, "DROP TABLE kept")


def test_a_server_that_runs_on_all_the_same_is_stopped_by_the_next_start(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded._Server, "stop", lambda _: None)
    monkeypatch.setattr(embedded._Server, "stopping", ("true",))
    with embedded_postgres(directory) as server:
        pass
    monkeypatch.undo()
    orphan = postmaster(server)
    assert embedded._is_postgres(orphan)
    with embedded_postgres(directory) as server:
        assert postmaster(server) != orphan
    assert not embedded._is_postgres(orphan)


@pytest.mark.parametrize("unusable", ["a file", "a file/below", "/proc/nowhere"])
def test_a_directory_that_cannot_be_used_is_reported(directory: Path, unusable: str) -> None:
    (directory / "a file").touch()
    with (
        pytest.raises(EmbeddedFailed, match=r"cannot hold a database: .*; name a directory that may be"),
        serve(directory / unusable),
    ):
        pass


def test_folders_on_the_way_are_passable_under_any_umask(directory: Path) -> None:
    before = os.umask(0o077)
    try:
        with serve(directory / "a" / "b") as server:
            assert ask(server, "SELECT 1") == 1
    finally:
        os.umask(before)


def test_a_crashed_server_recovers(directory: Path) -> None:
    with embedded_postgres(directory) as server:
        ask(server, "CREATE TABLE kept AS SELECT 42 AS n")
        os.kill(pid := postmaster(server), signal.SIGQUIT)
        _wait_until_gone(pid)
    with embedded_postgres(directory) as server:
        assert ask(server, "SELECT n FROM kept") == 42


def test_a_pid_file_whose_number_belongs_to_another_process_is_removed(directory: Path) -> None:
    with serve(directory) as server:
        pass
    (server.data / "postmaster.pid").write_text(f"{os.getpid()}\n", encoding="utf-8")
    with serve(directory) as server:
        assert ask(server, "SELECT 1") == 1


def test_half_a_cluster_is_never_taken_for_one(directory: Path) -> None:
    with serve(directory) as server:
        pass
    server.data.rename(server.data.with_name("data.new"))
    with serve(directory) as server:
        assert ask(server, "SELECT 1") == 1
        assert not server.data.with_name("data.new").exists()


def test_a_directory_serves_one_process_at_a_time(directory: Path) -> None:
    with (
        serve(directory),
        pytest.raises(EmbeddedFailed, match=f"in use by process {os.getpid()}; stop it or use another"),
        serve(directory),
    ):
        pass


def test_a_long_path_gets_a_short_socket(directory: Path) -> None:
    with serve(directory / ("long" * 20)) as server:
        assert ask(server, "SELECT 1") == 1


def test_programs_of_another_postgresql_can_be_named(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(BINARIES_VARIABLE, str(_programs()))
    with serve(directory) as server:
        assert ask(server, "SELECT 1") == 1


def test_a_folder_without_a_server_is_refused(directory: Path) -> None:
    with (
        pytest.raises(EmbeddedFailed, match="holds no PostgreSQL"),
        serve(directory, binaries=directory),
    ):
        pass


def test_without_the_wheel_the_message_says_what_to_install(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(BINARIES_VARIABLE, raising=False)
    monkeypatch.setattr(embedded, "_WHEEL", "no_such_wheel")
    with (
        pytest.raises(EmbeddedFailed, match=r"ledgerscope\[embedded\].*DATABASE_URL"),
        serve(directory),
    ):
        pass


def test_a_server_that_does_not_start_says_why(directory: Path) -> None:
    with serve(directory) as server:
        pass
    (server.data / "postgresql.auto.conf").write_text("no_such_setting = 1\n", encoding="utf-8")
    with (
        pytest.raises(EmbeddedFailed, match=r"pg_ctl failed .*no_such_setting"),
        serve(directory),
    ):
        pass


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has another account to run a server as")
def test_root_finds_a_place_and_programs_that_the_account_can_reach(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shut = directory / "shut"
    shut.mkdir(mode=0o700)
    shutil.copytree(_programs().parent.parent, shut / "embedded_postgres", symlinks=True)
    libraries = _programs().parent.parent.with_name("embedded_postgres.libs")
    if libraries.exists():
        shutil.copytree(libraries, shut / libraries.name)
    monkeypatch.setattr(embedded, "_SHARED_HOME", directory / "shared")
    with embedded_postgres(
        shut / "data", binaries=shut / "embedded_postgres" / "pginstall" / "bin"
    ) as server:
        assert server.data.is_relative_to(directory / "shared")
        assert ask(server, "SELECT 1") == 1


def test_an_account_reaches_what_it_may_enter(directory: Path) -> None:
    nobody, owner = Account(65534, 65534), Account(directory.stat().st_uid, directory.stat().st_gid)
    (directory / "shut").mkdir(mode=0o700)
    assert reachable_by(nobody, directory / "not there yet")
    assert not reachable_by(nobody, directory / "shut" / "inside")
    assert reachable_by(owner, directory / "shut" / "inside")


def test_without_root_the_server_is_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert server_account() is None


def test_root_without_any_account_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(EmbeddedFailed, match="no account nobody_here or nobody_there"):
        server_account(["nobody_here", "nobody_there"])


def _programs() -> Path:
    return embedded._wheel_programs()


def _wait_until_gone(pid: int) -> None:
    while embedded._is_postgres(pid):
        os.sched_yield()
