"""`ledgerscope customers`, as it is typed, on PostgreSQL."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result
    from sqlalchemy import Engine

    from tests.conftest import Database

WIDTH = 80
DATABASE = 4


@pytest.fixture
def run(ledgerscope: Callable[..., Result]) -> Callable[..., Result]:
    """Runs `ledgerscope customers`."""
    return partial(ledgerscope, "customers")


def create(run: Callable[..., Result], name: str, *more: str) -> str:
    done = run("create", "--name", name, "--json", *more)
    assert done.exit_code == 0, done.output
    return str(json.loads(done.stdout)["customer_id"])


def test_a_customer_is_created_shown_and_changed(run: Callable[..., Result]) -> None:
    customer_id = create(run, "Northwind", "--phone", "555", "--reason", "signed")
    assert run("update", customer_id, "--terms-days", "14", "--clear", "phone").stdout == "changed\n"
    shown = json.loads(run("show", customer_id, "--json").stdout)
    assert (shown["name"], shown["terms_days"], shown["phone"]) == ("Northwind", 14, None)
    assert "terms days" in run("show", "C-000001").stdout
    assert "it is so already" in run("update", customer_id, "--terms-days", "14").stdout


def test_a_list_fits_eighty_columns_and_leads_on(
    run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(WIDTH))
    for place in range(3):
        create(run, f"A customer with a name that is far too long to be shown whole, number {place}")
    done = run("list", "--limit", "2")
    lines = done.stdout.splitlines()
    assert max(map(len, lines)) <= WIDTH
    assert lines[0].split()[:3] == ["NUMBER", "NAME", "STATUS"]
    assert lines[2].startswith("C-000003  A customer")
    cursor = lines[-1].removeprefix("more: --cursor ")
    assert "C-000001" in run("list", "--cursor", cursor).stdout
    assert run("list", "--text", "nobody").stdout == "no customers match\n"


def test_the_actor_and_the_reason_are_audited(run: Callable[..., Result], owner: Engine) -> None:
    customer_id = create(run, "Northwind", "--actor", "u-1", "--reason", "signed")
    assert run("status", customer_id, "blocked", "--actor", "u-2", "--reason", "fraud").exit_code == 0
    with owner.connect() as connection:
        rows = connection.exec_driver_sql(
            "select actor, reason from audit_log join audit_remark on digest = details->>'remark' order by 1"
        )
        assert [tuple(row) for row in rows] == [("u-1", "signed"), ("u-2", "fraud")]


def test_a_refusal_is_one_line_and_exit_code_one(run: Callable[..., Result]) -> None:
    customer_id = create(run, "Northwind")
    done = run("status", customer_id, "blocked")
    assert (done.exit_code, done.stderr) == (
        1,
        "ledgerscope: refused: reason: a change of status needs one\n",
    )
    missing = run("show", "0" * 32)
    assert "refused: there is no customer" in missing.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("update", "x"), "name a field to change"),
        (("update", "x", "--phone", "1", "--clear", "phone"), "--clear phone and --phone contradict"),
        (("list", "--limit", "0"), "0 is not in the range 1<=x<=500"),
        (("list", "--status", "gone"), "'gone' is not one of 'active', 'inactive', 'blocked'"),
    ],
)
def test_wrong_usage_says_what_is_right(
    run: Callable[..., Result], arguments: tuple[str, ...], message: str
) -> None:
    done = run(*arguments)
    assert done.exit_code == 2
    assert message in done.stderr


def test_an_erasure_asks_first(run: Callable[..., Result]) -> None:
    customer_id = create(run, "Jane Doe")
    assert run("erase", customer_id, input="n\n").exit_code == 1
    assert run("erase", customer_id, "--yes").stdout == "changed\n"
    assert json.loads(run("show", customer_id, "--json").stdout)["name"] == "erased"


def test_a_company_that_is_not_there_is_named(run: Callable[..., Result]) -> None:
    done = run("create", "--name", "x", "--company", "nobody")
    assert done.exit_code == 1
    assert "no company 'nobody'" in done.stderr


def test_a_login_without_the_application_role_is_told_so(
    run: Callable[..., Result], database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = database.owner_url.replace("ledgerscope_owner", "ledgerscope_nobody")
    done = run("list", "--database-url", wrong)
    assert done.exit_code == DATABASE
    assert 'role "ledgerscope_nobody" does not exist' in done.stderr


def test_terminal_codes_in_a_name_are_not_printed(run: Callable[..., Result], owner: Engine) -> None:
    create(run, "Northwind")
    with owner.begin() as connection:
        connection.exec_driver_sql("update customer set name = E'\\x1b[31mred\\nline'")
    assert "\x1b" not in run("list").stdout
    assert " [31mred line" in run("list").stdout


def test_who_asks_is_no_e_mail_address(
    ledgerscope: Callable[..., Result], refused: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    said = refused("customers create --name Northwind --actor ann@northwind.example")
    assert said == "--actor: an identifier, no e-mail address"
    monkeypatch.setattr("getpass.getuser", lambda: "ann@northwind.example")
    assert ledgerscope("customers", "create", "--name", "Northwind").exit_code == 0
    entries = json.loads(ledgerscope("audit", "list", "--json").stdout)["entries"]
    assert [each["actor"] for each in entries] == ["ann"]
