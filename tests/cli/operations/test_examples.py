"""Every example of every --help of the operations runs, on a database that is prepared for it."""

from __future__ import annotations

import json
import re
import shlex
from typing import TYPE_CHECKING, Final

import click
import pytest

from ledgerscope.cli import main
from tests.thoroughness import sample

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from click.testing import Result

PLACEHOLDER: Final = "0f3c..."
GROUPS: Final = (
    "customers", "imports", "audit", "contacts", "communications", "interactions", "segments", "credit",
    "invoices", "payments", "credit-notes", "write-offs", "statements", "aging", "analytics", "grants",
)  # fmt: skip
ALONE: Final = ("import", "export")

CUSTOMER: Final = "customers create --name Northwind --email accounts@northwind.example"
INVOICE: Final = "invoices issue C-000001 --amount 1190"
PAID: Final = "payments receive C-000001 --amount 2000"
NOTE: Final = "credit-notes issue C-000001 --amount 90 --reason late"
ASKED: Final = "credit request C-000001 --amount 1500 --actor user-1"
LOGGED: Final = "interactions log C-000001 --type call --subject Renewal"
PREMIUM: Final = "segments assign C-000001 premium"
JANE: Final = "contacts create C-000001 --name Jane --phone 555"
JOHN: Final = "contacts create C-000001 --name John --phone 556"
GRANTED: Final = "grants give C-000001 partner-3"
TAKEN_IN: Final = "import customers.csv"

BEFORE: Final[dict[str, tuple[str, ...]]] = {
    "customers": (CUSTOMER,),
    "customers create": (),
    "import": (),
    "imports": (TAKEN_IN,),
    "audit seal": (CUSTOMER,),
    "contacts update": (CUSTOMER, JOHN, JANE),
    "contacts remove": (CUSTOMER, JANE),
    "interactions start": (CUSTOMER, LOGGED),
    "interactions complete": (CUSTOMER, LOGGED),
    "interactions cancel": (CUSTOMER, LOGGED),
    "segments replace": (CUSTOMER, PREMIUM),
    "segments end": (CUSTOMER, PREMIUM),
    "credit approve": (CUSTOMER, ASKED),
    "credit reject": (CUSTOMER, ASKED),
    "invoices finalise": (CUSTOMER, "invoices draft C-000001 --amount 1190"),
    "invoices void": (CUSTOMER, INVOICE),
    "invoices show": (CUSTOMER, INVOICE),
    "payments allocate": (CUSTOMER, INVOICE, PAID + " --unallocated"),
    "payments reverse": (CUSTOMER, INVOICE, PAID),
    "payments refund": (CUSTOMER, INVOICE, PAID),
    "payments show": (CUSTOMER, PAID),
    "credit-notes issue": (CUSTOMER, INVOICE),
    "credit-notes allocate": (CUSTOMER, INVOICE, NOTE),
    "credit-notes refund": (CUSTOMER, NOTE),
    "credit-notes show": (CUSTOMER, NOTE),
    "write-offs create": (CUSTOMER, INVOICE),
    "write-offs reverse": (
        CUSTOMER, INVOICE,
        "write-offs create INV-000001 --approved-by user-4 --reason insolvent",
    ),
    "aging show": (CUSTOMER, INVOICE, "aging refresh"),
    "grants revoke": (CUSTOMER, GRANTED),
}  # fmt: skip
"""What is there before an example, by command, else by group; else one customer.

The last identifier that these print stands for the placeholder.
"""
LEFT_OUT: Final = {"statements deliver", "audit verify", "audit seal"}
"""These have tests of their own: a mail server answers, keys are set and the company has sealed entries."""


def examples_of(text: str | None) -> Iterator[str]:
    for line in (text or "").splitlines():
        if (found := re.match(r"\s+(?:[A-Z_]+=\S+ )?ledgerscope (.+)", line)) is not None:
            yield found[1]


def examples() -> Iterator[str]:
    context = click.Context(main)
    for name in (*GROUPS, *ALONE):
        command = main.get_command(context, name)
        assert command is not None
        own = [command, *getattr(command, "commands", {}).values()]
        for each in own:
            found = list(examples_of(each.help))
            assert found, f"{name} {each.name} shows no example"
            yield from found


def command_of(arguments: list[str]) -> str:
    return arguments[0] if arguments[0] in ALONE else " ".join(arguments[:2])


EXAMPLES: Final = [one for one in dict.fromkeys(examples()) if command_of(shlex.split(one)) not in LEFT_OUT]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with files that examples read."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "customers.csv").write_text("external_id,name\n4711,Northwind\n", "utf-8")
    (tmp_path / "customers.jsonl").write_text('{"external_id": "4711", "name": "Northwind"}\n', "utf-8")
    (tmp_path / "changes.json").write_text('{"C-000001": {"export.format": "json"}}', "utf-8")
    (tmp_path / "kunden.csv").write_text("Kd-Nr;Firma\n4711;Nordwind\n", "utf-8")
    return tmp_path


def identifier_in(text: str) -> str | None:
    found = re.search(r"[0-9a-f]{32}", text)
    return None if found is None else found[0]


def confirmed(arguments: list[str]) -> list[str]:
    asks = command_of(arguments) in {"customers erase", "imports undo"}
    return [*arguments, "--yes"] if asks and "--yes" not in arguments else arguments


@pytest.mark.parametrize("example", sample(EXAMPLES, 8))
def test_an_example_of_the_help_runs(example: str, ledgerscope: Callable[..., Result], folder: Path) -> None:
    arguments = shlex.split(example)
    name, last = command_of(arguments), None
    for line in BEFORE.get(name, BEFORE.get(arguments[0], (CUSTOMER,))):
        done = ledgerscope(*shlex.split(line))
        assert done.exit_code == 0, done.output
        last = identifier_in(done.output) or last
    done = ledgerscope(*confirmed([last if each == PLACEHOLDER and last else each for each in arguments]))
    assert done.exit_code == 0, done.output


def test_every_example_names_the_company() -> None:
    assert [one for one in EXAMPLES if "--company acme" not in one] == []


def test_json_is_json(ledgerscope: Callable[..., Result]) -> None:
    assert ledgerscope(*shlex.split(CUSTOMER)).exit_code == 0
    for name in ("aging list", "credit list", "invoices list", "analytics summary"):
        json.loads(ledgerscope(*name.split(), "--json").stdout)
