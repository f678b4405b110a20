"""However a test run ends, no server of its tests outlives it, nor one of the programs that they start."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.processes import heed_interrupts, start

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[1]
SUITE = """
import os, subprocess, sys, time
from pathlib import Path

import psycopg

from tests.conftest import server_url
from tests.processes import start

HERE = Path(__file__).parent
PROGRAM = '''
import sys, time
from pathlib import Path
from ledgerscope.store.embedded import embedded_postgres
with embedded_postgres(Path(sys.argv[1]), durable=False) as server:
    print(server.data, flush=True)
    time.sleep(600)
'''

def test_that_takes_long(server_url):
    program = start(sys.executable, "-c", PROGRAM, HERE / "own", stdout=subprocess.PIPE)
    with psycopg.connect(server_url) as connection:
        (data,) = connection.execute("show data_directory").fetchone()
    clusters = (Path(data), Path(program.stdout.readline().strip()))
    postmasters = [(one / "postmaster.pid").read_text().split()[0] for one in clusters]
    (HERE / "pids.new").write_text(" ".join([str(os.getpid()), str(program.pid), *postmasters]))
    (HERE / "pids.new").rename(HERE / "pids")
    time.sleep(600)
"""
TIMEOUT_SECONDS = 300


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the servers' account may enter; pytest's own is closed to it under root."""
    path = Path(tempfile.mkdtemp(prefix="ledgerscope-interrupted-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.mark.skipif(not shutil.which("setpriv"), reason="the program setpriv is not installed (util-linux)")
@pytest.mark.parametrize(
    ("sent", "to_worker"),
    [(signal.SIGINT, False), (signal.SIGTERM, False), (signal.SIGKILL, True)],
    ids=["SIGINT", "SIGTERM", "SIGKILL of a worker"],
)
def test_no_server_outlives_the_run(folder: Path, sent: signal.Signals, to_worker: bool) -> None:
    (folder / "test_long.py").write_text(SUITE, encoding="utf-8")
    (folder / "temporary").mkdir(mode=0o755)
    options: list[str | Path] = [
        "-p",
        "no:cacheprovider",
        "-p",
        "no:randomly",
        "--rootdir",
        folder,
        "-c",
        os.devnull,
    ]
    options += ["-n", "1", "--max-worker-restart", "0"] if to_worker else []
    environment = os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": str(folder / "temporary")}
    with start(
        sys.executable,
        "-m",
        "pytest",
        *options,
        folder,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=heed_interrupts,
    ) as run:
        assert eventually((folder / "pids").exists), "the test has not begun"
        worker, *servers = map(int, (folder / "pids").read_text(encoding="utf-8").split())
        assert all(map(is_running, servers))
        assert (worker != run.pid) == to_worker
        os.kill(worker if to_worker else run.pid, sent)
    assert eventually(lambda: not any(map(is_running, servers))), "a server still runs"


def eventually(condition: Callable[[], bool]) -> bool:
    end = time.monotonic() + TIMEOUT_SECONDS
    while not (holds := condition()) and time.monotonic() < end:
        time.sleep(0.05)
    return holds


def is_running(pid: int) -> bool:
    """Whether there is such a process that has not ended; one that nobody has waited for yet has."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
