"""The reference of settings and the example file name every setting, and what they show is valid."""

from __future__ import annotations

from pathlib import Path

import pytest

from exporter.settings.configuration import load
from exporter.settings.model import CollectorSettings, ExporterSettings
from exporter.settings.reference import Setting, as_example, as_markdown, settings

DOCS = Path(__file__).parents[3] / "docs"


def test_every_setting_is_listed_once_with_its_meaning() -> None:
    paths = [".".join(one.path) for one in settings()]
    assert len(set(paths)) == len(paths) == 41
    assert {"database.url", "database.schema", "listen.port", "interval", "collectors.NAME.enabled"} <= set(
        paths
    )
    assert all(one.meaning.endswith(".") for one in settings())


def test_the_committed_pages_are_what_the_models_make() -> None:
    assert (DOCS / "settings.md").read_text(encoding="utf-8") == as_markdown(), "run: ledgerscope build"
    assert (DOCS / "ledgerscope.example.yaml").read_text(encoding="utf-8") == as_example(), (
        "run: ledgerscope build"
    )


def test_the_example_sets_nothing(tmp_path: Path) -> None:
    (tmp_path / "ledgerscope.yaml").write_text(as_example(), encoding="utf-8")
    expected = ExporterSettings(collectors={"aging": CollectorSettings()})
    assert load(tmp_path / "ledgerscope.yaml", {}) == (expected, ())


@pytest.mark.parametrize("one", settings(), ids=lambda one: ".".join(one.path))
def test_each_setting_of_the_example_may_be_set_by_removing_the_mark(tmp_path: Path, one: Setting) -> None:
    lines = as_example().splitlines()
    (position,) = [
        number
        for number, line in enumerate(lines)
        if line.lstrip().startswith(f"# {one.path[-1]}: ") and lines[number - 1].endswith(f"# {one.meaning}")
    ]
    lines[position] = lines[position].replace("# ", "", 1)
    file = tmp_path / "ledgerscope.yaml"
    file.write_text("\n".join(lines), encoding="utf-8")
    found, problems = load(file, {})
    if one.path[-1].endswith("_file"):
        name = ".".join(one.path).replace("NAME", "main")
        assert [problem.setting for problem in problems] == [name], "there is no such file here"
    elif one.path[:2] == ("api", "issuers"):
        assert [problem.setting for problem in problems] == ["api.issuers.main.keys_file"], "it has no keys"
    else:
        assert (found is not None, problems) == (True, ())


@pytest.mark.parametrize("one", settings(), ids=lambda one: ".".join(one.path))
def test_each_setting_has_the_variable_that_is_named(one: Setting) -> None:
    variable = one.variable.replace("NAME", "AGING")
    _, problems = load(None, {variable: "{"})
    assert all(f"environment variable {variable}" in problem.place for problem in problems), problems
    _, misspelt = load(None, {f"{variable}_": "{"})
    assert any("there is no such setting" in problem.wrong for problem in misspelt)
