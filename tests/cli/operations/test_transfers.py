"""`ledgerscope import`, `imports` and `export`, as they are typed, on PostgreSQL."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result
    from sqlalchemy import Engine

WIDTH = 80


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "kunden.csv"
    path.write_bytes("Kd-Nr;Firma;email\n1;Müller;a@b.example\n2;;nobody\n".encode("cp1252"))
    return path


MAPPED = ("--map", "Firma=name", "--map", "Kd-Nr=external_id")


def test_a_file_is_imported_and_its_problems_are_shown(
    ledgerscope: Callable[..., Result], file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(WIDTH))
    report = tmp_path / "problems.csv"
    done = ledgerscope("import", str(file), *MAPPED, "--report", str(report))
    assert done.exit_code == 1
    assert done.stdout.splitlines()[-1] == "partial: 1 created, 0 updated, 0 unchanged, 0 skipped, 1 failed"
    assert max(map(len, done.stdout.splitlines())) <= WIDTH
    begun, *lines = done.stderr.splitlines()
    assert begun.startswith("import ")
    assert lines == ["importing ...", "importing: 2 rows", "ledgerscope: 1 of 2 rows failed"]
    with report.open(newline="") as stream:
        rows = list(csv.reader(stream))
    assert rows[0] == ["row", "field", "severity", "message"]
    assert [row[:3] for row in rows[1:]] == [
        ["2", "name", "error"],
        ["2", "email", "error"],
        ["0", "", "warning"],
    ]
    batch_id = begun.removeprefix("import ")
    assert "is required" in ledgerscope("imports", "problems", batch_id).stdout
    page = ledgerscope("imports", "problems", batch_id, "--limit", "1").stdout.splitlines()
    assert page[-1] == "more: --after 0:"
    assert "name" in ledgerscope("imports", "problems", batch_id, "--after", "2:email").stdout
    listed = ledgerscope("imports", "list").stdout
    assert batch_id in listed
    assert max(map(len, listed.splitlines())) <= WIDTH


def test_what_was_not_read_is_said(
    ledgerscope: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole message, in a narrow terminal too."""
    monkeypatch.setenv("COLUMNS", str(WIDTH))
    file = tmp_path / "broken.json"
    file.write_text('[{"name": "Good"}, {"name": ["x"]}, {"name": "B" x}, {"name": "Never read"}]')
    for more in (["--dry-run"], ["--key", "k"], ["--key", "k"]):
        done = ledgerscope("import", str(file), *more)
        assert done.exit_code == 1
        assert done.stderr.splitlines()[-1] == (
            "ledgerscope: 1 of 2 rows failed; the file was not read to its end"
        )
        shown = " ".join(done.stdout.split())
        assert "column 50 (char 49); the file was not read any further" in shown
        assert max(map(len, done.stdout.splitlines())) <= WIDTH
    file.write_text('[{"name": "Good"}, {"name": "B" x}]')
    assert ledgerscope("import", str(file)).stderr.splitlines()[-1] == (
        "ledgerscope: the file was not read to its end"
    )
    file.write_text('[{"name": "B" x}, {"name": "Never read"}]')
    done = ledgerscope("import", str(file))
    assert done.stderr.splitlines()[-1] == "ledgerscope: nothing was taken in", "the problem says why"


def test_a_place_that_no_problem_has_is_refused(ledgerscope: Callable[..., Result], file: Path) -> None:
    batch_id = ledgerscope("import", str(file), *MAPPED).stderr.split()[1]
    done = ledgerscope("imports", "problems", batch_id, "--after", f"{2**63}:name")
    assert (done.exit_code, done.stderr) == (
        1, "ledgerscope: refused: after: row and field of a problem\n",
    )  # fmt: skip


def test_a_dry_run_changes_nothing(ledgerscope: Callable[..., Result], file: Path, owner: Engine) -> None:
    done = ledgerscope("import", str(file), *MAPPED, "--dry-run", "--json")
    assert json.loads(done.stdout)["counts"] == {
        "created": 1, "updated": 0, "unchanged": 0, "skipped": 0, "failed": 1,
    }  # fmt: skip
    with owner.connect() as connection:
        assert connection.exec_driver_sql("select count(*) from customer").scalar() == 0


def test_an_import_is_undone(ledgerscope: Callable[..., Result], file: Path) -> None:
    ledgerscope("import", str(file), *MAPPED)
    (batch,) = json.loads(ledgerscope("imports", "list", "--json").stdout)
    undone = ledgerscope("imports", "undo", batch["import_batch_id"], "--yes", "--json")
    assert json.loads(undone.stdout)["erased"] == 1
    assert ledgerscope("customers", "list").stdout == "no customers match\n"
    assert "undone already" in ledgerscope("imports", "undo", batch["import_batch_id"], "--yes").stderr


def test_standard_input_is_imported_and_customers_go_to_standard_output(
    ledgerscope: Callable[..., Result],
) -> None:
    assert ledgerscope("import", "-", input="name\n+Northwind\n").exit_code == 0
    done = ledgerscope("export", "-")
    assert (done.exit_code, done.stderr) == (0, "1 customer\n")
    assert done.stdout.splitlines()[1].startswith("C-000001,'+Northwind,")


def test_an_export_is_written_by_the_name_of_the_file(
    ledgerscope: Callable[..., Result], tmp_path: Path
) -> None:
    ledgerscope("import", "-", input="name,external_id\nNorthwind,7\n")
    path = tmp_path / "customers.jsonl"
    done = ledgerscope("export", str(path), "--status", "active")
    assert done.stdout == f"1 customer, {path.stat().st_size} bytes\n"
    assert json.loads(path.read_text())["external_id"] == "7"
    assert json.loads(ledgerscope("export", str(path), "--source", "ui", "--json").stdout)["rows"] == 0


@pytest.mark.parametrize(
    ("arguments", "message", "code"),
    [
        (("--map", "Firma"), "write COLUMN=FIELD", 2),
        (("--map", "Firma=status"), "a field is one of name, email", 1),
        (("--dry-run", "--resume", "x"), "contradict each other", 2),
        (("--resume", "0" * 32, *MAPPED), "there is no import", 1),
        ((), "nothing was taken in", 1),
    ],
)
def test_what_is_wrong_is_said(
    ledgerscope: Callable[..., Result], file: Path, arguments: tuple[str, ...], message: str, code: int
) -> None:
    done = ledgerscope("import", str(file), *arguments)
    assert done.exit_code == code
    assert message in done.stderr
