"""An interrupted test run leaves no program behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.processes import heed_interrupts, start

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
SUITE = """
from pathlib import Path
from tests.processes import run

def test_of_a_program_that_takes_long():
    program = 'echo $$ > "$1.new"; mv "$1.new" "$1"; exec sleep 600'
    run("sh", "-c", program, "sh", Path(__file__).with_name("pid"))
"""
TIMEOUT_SECONDS = 60


@pytest.mark.skipif(not shutil.which("setpriv"), reason="setpriv is not there")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda each: each.name)
def test_an_interrupted_run_leaves_no_program_behind(tmp_path: Path, how: signal.Signals) -> None:
    (tmp_path / "test_long.py").write_text(SUITE)
    arguments: list[str | Path] = [
        "-p",
        "no:cacheprovider",
        "--rootdir",
        tmp_path,
        "-c",
        "/dev/null",
        tmp_path,
    ]
    command: list[str | Path] = [sys.executable, "-m", "pytest", *arguments]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with start(
        *command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, preexec_fn=heed_interrupts
    ) as pytest_process:
        assert any((tmp_path / "pid").exists() for _ in until_timeout()), "the test has not begun"
        program = int((tmp_path / "pid").read_text())
        assert is_running(program)
        pytest_process.send_signal(how)
    assert any(not is_running(program) for _ in until_timeout()), "the program still runs"


def until_timeout() -> Iterator[None]:
    end = time.monotonic() + TIMEOUT_SECONDS
    while time.monotonic() < end:
        yield
        time.sleep(0.02)


def is_running(pid: int) -> bool:
    """Whether there is such a process that has not ended; one that nobody has waited for yet has."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
