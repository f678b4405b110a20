"""The commands that the pages show work: what ends is run, of the others the help is asked for."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
import pytest
from click.testing import CliRunner

from ledgerscope.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import URL, Engine

ROOT: Final = Path(__file__).parents[2]
PAGES: Final = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
IN_ORDER: Final = "operations.md"
"""Its commands build on each other: test_operations_commands.py runs them."""
BLOCK: Final = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMANDS: Final = [
    pytest.param(command, id=f"{page.name}: {command}")
    for page in PAGES
    if page.name != IN_ORDER
    for block in BLOCK.findall(page.read_text(encoding="utf-8"))
    for line in block.splitlines()
    if line.startswith("$ ")
    for command in line[2:].split(" && ")
]
ENDLESS: Final = {"demo", "serve"}
OUTSIDE: Final = {"pip", "curl", "docker", "pytest", "promtool"}
INLINE: Final = re.compile(r"`ledgerscope ([^`]+)`")


@pytest.fixture
def database(clone_template: Callable[[], URL], administration: Engine) -> Iterator[str]:
    """What a page calls db/business."""
    url = clone_template()
    yield url.render_as_string(hide_password=False)
    with administration.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {url.database} WITH (FORCE)")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_that_is_shown_works(command: str, database: str) -> None:
    program, *arguments = shlex.split(command)
    if program == "make":
        targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
        assert set(arguments) <= set(targets)
    elif program.endswith("ledgerscope"):
        if arguments[0] in ENDLESS:
            arguments.append("--help")
        given = [re.sub(r"^postgresql://\w+@db/business$", lambda _: database, one) for one in arguments]
        result = CliRunner(env={"DATABASE_URL": None}).invoke(main, given)
        assert result.exit_code == 0, result.output
    else:
        assert program.rpartition("/")[2] in OUTSIDE


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_and_options_that_are_mentioned_exist(page: Path) -> None:
    wrong = []
    for words in INLINE.findall(page.read_text(encoding="utf-8")):
        command: click.Command | None = main
        for word in words.split():
            if isinstance(command, click.Group) and not word.startswith("-"):
                command = command.get_command(click.Context(command), word)
            elif command is None or (word.startswith("--") and word not in _options(command)):
                wrong.append(words)
                break
        if command is None:
            wrong.append(words)
    assert wrong == []


def _options(command: click.Command) -> set[str]:
    return {name for parameter in command.params for name in parameter.opts} | {"--help", "--version"}
