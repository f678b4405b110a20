"""`ledgerscope customers settings`, as it is typed, on PostgreSQL."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result

WIDTH = 80


@pytest.fixture
def run(ledgerscope: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs `ledgerscope customers settings` where C-000001 and C-000002 are customers."""
    monkeypatch.setenv("COLUMNS", str(WIDTH))
    for name in ("Northwind", "Southwind"):
        assert ledgerscope("customers", "create", "--name", name).exit_code == 0
    return partial(ledgerscope, "customers", "settings")


def test_settings_are_set_shown_and_unset(run: Callable[..., Result]) -> None:
    states = 'workflows.states=["Active"]'
    done = run("set", "C-000001", "export.format=json", "sync.error_after_failures=5", states, "--json")
    assert json.loads(done.stdout)["changed"] == 3
    shown = json.loads(run("get", "C-000001", "export.format", "workflows.states", "--json").stdout)
    assert [(each["value"], each["is_set"]) for each in shown] == [("json", True), (["Active"], True)]
    assert run("unset", "C-000001", "export.format").exit_code == 0
    lines = run("get", "C-000001").stdout.splitlines()
    assert max(map(len, lines)) <= WIDTH
    assert lines[0].split() == ["SETTING", "VALUE", "SET", "MEANING"]


def test_a_bulk_update_is_read_from_a_file(run: Callable[..., Result]) -> None:
    text = '{"C-000001": {"export.format": "json"}, "C-000002": {"export.format": "csv"}}'
    assert run("bulk", "-", input=text).stdout == "2 settings changed, of 2 customers\n"
    assert json.loads(run("bulk", "-", "--json", input=text).stdout)["changed"] == 0


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("set", "C-000001", "export.format"), 2, "export.format: expected KEY=VALUE"),
        (("set", "C-000001", "export.format=xml"), 1, "refused: export.format: one of csv, json"),
        (("set", "C-000001", "webhook_secret=x"), 1, "a secret is no setting"),
        (("get", "C-000001", "export.formt"), 1, "did you mean export.format?"),
        (("unset", "C-9", "export.format"), 1, "refused: there is no customer"),
        (("bulk", "-"), 2, "not JSON"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    run: Callable[..., Result], arguments: tuple[str, ...], code: int, message: str
) -> None:
    done = run(*arguments, input="[")
    assert done.exit_code == code
    assert message in done.stderr


def test_a_number_without_end_is_said_to_be_one(run: Callable[..., Result]) -> None:
    done = run("bulk", "-", input=f'{{"C-000001": {{"sync.error_after_failures": {"9" * 10_000}}}}}')
    assert done.exit_code == 2
    assert done.stderr.endswith("not JSON: a number has 10,000 digits; at most 100\n")
