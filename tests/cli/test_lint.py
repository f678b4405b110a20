"""`ledgerscope lint`: which rule files a Prometheus would load, and why not the others."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from ledgerscope.cli import main

ROOT = Path(__file__).parents[2]
SOUND = "groups:\n- name: g\n  rules:\n  - record: a\n    expr: sum(up)\n"
FLAG = "promql-experimental-functions"


def lint(*arguments: str | Path) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, ["lint", *map(str, arguments)])
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "rules.yml"


def test_a_sound_file_can_be_loaded(file: Path) -> None:
    file.write_text(SOUND)
    assert lint(file) == (0, "", "1 file can be loaded\n")


def test_a_fault_is_printed_with_its_place(file: Path) -> None:
    file.write_text(SOUND.replace("sum(up)", "sum(up"))
    code, out, err = lint(file)
    assert code == 1
    assert out.startswith(f"{file}:5:")
    assert err == "ledgerscope: 1 fault\n"


def test_what_only_a_flag_allows_is_refused_without_it(file: Path) -> None:
    file.write_text(SOUND.replace("sum(up)", "limitk(1, up)"))
    code, out, _ = lint(file)
    assert code == 1
    assert FLAG in out
    assert lint("--promql-features", FLAG, file)[0] == 0


def test_what_only_prometheus_3_has_is_refused_for_2(file: Path) -> None:
    file.write_text(SOUND.replace("sum(up)", "'{\"up.total\"}'"))
    assert lint(file)[0] == 0
    assert lint("--promql-compat", "2", file)[0] == 1


def test_a_flag_that_is_none_is_wrong_usage_with_the_nearest_name(file: Path) -> None:
    file.write_text(SOUND)
    code, _, err = lint("--promql-features", "promql-experimental-function", file)
    assert code == 2
    assert FLAG in err


def test_warnings_do_not_fail(file: Path) -> None:
    file.write_text(f"{SOUND}---\n{SOUND}")
    code, out, err = lint(file)
    assert (code, out) == (0, "")
    assert "(warning)" in err


def test_a_file_that_is_not_there_is_a_message(tmp_path: Path) -> None:
    code, _, err = lint(tmp_path / "none.yml")
    assert code == 1
    assert err == f"ledgerscope: {tmp_path / 'none.yml'}: cannot be read: No such file or directory\n"


@pytest.mark.parametrize("compat", ["2", "3"])
def test_our_own_rules_can_be_loaded_by_every_prometheus(
    monkeypatch: pytest.MonkeyPatch, compat: str
) -> None:
    monkeypatch.chdir(ROOT)
    code, out, err = lint("--promql-compat", compat)
    assert (code, out) == (0, "")
    assert err.endswith("files can be loaded\n")


def test_without_files_elsewhere_it_says_what_to_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert lint()[2] == (
        "ledgerscope: no rule files in rules/generated; name the files, or go to the root of the project\n"
    )


def test_build_refuses_rules_for_a_prometheus_that_does_not_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    result = CliRunner().invoke(main, ["build", "--check", "--promql-features", "nothing"])
    assert result.exit_code == 2
    assert "nothing" in result.stderr
