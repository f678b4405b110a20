"""Files that a user names: replaced whole, through links, with their mode; devices and pipes written to."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest

from ledgerscope.output_file import is_standard_output, output_file


def names(folder: Path) -> list[str]:
    return [each.name for each in folder.iterdir()]


def put(path: Path, content: bytes = b"new") -> None:
    with output_file(path) as output:
        output.stream.write(content)
        output.keep()


def test_a_new_file_is_its_owners_and_whole_once_it_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    with output_file(path) as output:
        output.stream.write(b"new")
        output.sync()
        assert not path.exists()
        output.keep()
        assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert names(tmp_path) == ["out.csv"]


def test_what_is_not_kept_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_bytes(b"before")
    with output_file(path) as output:
        output.stream.write(b"new")
    assert (path.read_bytes(), names(tmp_path)) == (b"before", ["out.csv"])


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o600, 0o664])
def test_a_file_that_is_replaced_keeps_its_mode(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "out.csv"
    path.write_bytes(b"before, and longer")
    path.chmod(mode)
    put(path)
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"new", mode)


@pytest.mark.parametrize("there", [True, False])
def test_of_a_link_the_target_is_replaced(tmp_path: Path, there: bool) -> None:
    target, link = tmp_path / "kept" / "real.csv", tmp_path / "latest.csv"
    target.parent.mkdir()
    if there:
        target.write_bytes(b"before")
    link.symlink_to(Path("kept") / "real.csv")
    put(link)
    assert (link.is_symlink(), target.read_bytes()) == (True, b"new")


def test_a_device_stays_one() -> None:
    put(Path(os.devnull))
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)


def test_a_link_to_a_device_stays_one(tmp_path: Path) -> None:
    link = tmp_path / "nowhere"
    link.symlink_to(os.devnull)
    put(link)
    assert link.is_symlink()


def test_a_pipe_is_written_to_and_stays_one(tmp_path: Path) -> None:
    pipe, read = tmp_path / "pipe", list[bytes]()
    os.mkfifo(pipe)
    reader = Thread(target=lambda: read.append(pipe.read_bytes()), daemon=True)
    reader.start()
    put(pipe)
    reader.join()
    assert (read, pipe.is_fifo()) == ([b"new"], True)


@pytest.mark.parametrize("name", ["gone/out.csv", "loop", "."])
def test_what_cannot_be_written_is_an_error_of_the_system(tmp_path: Path, name: str) -> None:
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(OSError), output_file(tmp_path / name):  # noqa: PT011 - which depends on the system
        pass
    assert names(tmp_path) == ["loop"]


WRITE = (
    "import sys; from pathlib import Path; from ledgerscope.output_file import output_file\n"
    "with output_file(Path(sys.argv[1])) as output:\n    output.stream.write(b'new'); output.keep()\n"
    "print(' and more')"
)


def test_standard_output_goes_on_where_it_is_a_pipe() -> None:
    done = subprocess.run([sys.executable, "-c", WRITE, "/dev/stdout"], capture_output=True, check=True)
    assert done.stdout == b"new and more\n"


def test_standard_output_goes_on_where_it_is_a_file(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_bytes(b"before, ")
    with path.open("ab") as stream:
        subprocess.run([sys.executable, "-c", WRITE, "/dev/stdout"], stdout=stream, check=True)
    assert path.read_bytes() == b"before, new and more\n"


def test_an_owner_that_cannot_be_kept_leaves_the_file_to_its_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "out.csv"
    path.write_bytes(b"before")
    path.chmod(0o664)

    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "fchown", refuse)
    put(path)
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"new", 0o600)


def test_only_what_standard_output_goes_to_is_it(tmp_path: Path) -> None:
    assert is_standard_output(Path("/dev/stdout"))
    assert not is_standard_output(tmp_path)
    assert not is_standard_output(tmp_path / "gone")
