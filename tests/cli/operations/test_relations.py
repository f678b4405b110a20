"""`ledgerscope contacts`, `communications`, `interactions`, `segments` and `grants`, as they are typed."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from click.testing import Result

NOBODY = "0" * 32


def test_contacts_are_created_changed_and_removed(
    northwind: str,
    read: Callable[..., Any],
    ledgerscope: Callable[..., Result],
    refused: Callable[[str], str],
) -> None:
    jane = read('contacts create C-000001 --name "Jane Doe" --phone 555')
    john = read("contacts create C-000001 --name John --type billing")
    assert (jane["is_primary"], john["is_primary"]) == (True, False)
    assert refused(f"contacts remove {jane['contact_id']}").startswith("refused: ")
    done = ledgerscope("contacts", "update", john["contact_id"], "--primary")
    assert done.stdout == "changed\n"
    again = ledgerscope("contacts", "update", john["contact_id"], "--primary")
    assert again.stdout == "nothing to change: it is so already\n"
    assert read(f"contacts update {jane['contact_id']} --clear phone")["changed"]
    assert read(f"contacts remove {jane['contact_id']}")["changed"]
    names = [each["name"] for each in read("contacts list C-000001 --removed")["contacts"]]
    assert names == ["Jane Doe", "John"]
    rows = ledgerscope("contacts", "list", "C-000001", "--removed").stdout.splitlines()[2:]
    assert [row.split()[-2] for row in rows] == ["removed", "yes"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("contacts update x", "name a field to change"),
        ("contacts update x --phone 1 --clear phone", "--clear phone and --phone contradict each other"),
        ("interactions log C-000001 --type walk --subject x", "'walk' is not one of"),
    ],
)
def test_wrong_usage_says_what_is_right(line: str, message: str, ledgerscope: Callable[..., Result]) -> None:
    done = ledgerscope(*shlex.split(line))
    assert done.exit_code == 2
    assert message in done.stderr


def test_what_was_said_is_logged_and_listed(
    northwind: str,
    read: Callable[..., Any],
    ledgerscope: Callable[..., Result],
    refused: Callable[[str], str],
) -> None:
    phone = "communications log C-000001 --channel phone --direction inbound"
    read(f'{phone} --subject "Parcel is late" --at 2026-01-02T12:00+01:00')
    read("communications log C-000001 --channel note --direction outbound --body Hello")
    heard = read("communications list C-000001 --channel phone")["communications"]
    assert [(each["subject"], each["at"]) for each in heard] == [
        ("Parcel is late", "2026-01-02T11:00:00+00:00")
    ]
    assert "Parcel is late" in ledgerscope("communications", "list", "C-000001").stdout
    assert "is in the future" in refused(f"{phone} --subject x --at 2999-01-01T00:00Z")


def test_an_interaction_moves_to_its_end(
    northwind: str,
    read: Callable[..., Any],
    ledgerscope: Callable[..., Result],
    refused: Callable[[str], str],
) -> None:
    logged = read("interactions log C-000001 --type complaint --subject Late")["interaction_id"]
    assert read(f"interactions start {logged}")["status"] == "in_progress"
    assert read(f"interactions complete {logged} --reason done")["status"] == "completed"
    assert "it cannot become cancelled" in refused(f"interactions cancel {logged}")
    assert logged in ledgerscope("interactions", "list", "C-000001", "--status", "completed").stdout
    assert read("interactions list C-000001 --type call")["interactions"] == []


def test_a_segment_is_assigned_replaced_and_ended(
    northwind: str,
    read: Callable[..., Any],
    ledgerscope: Callable[..., Result],
    refused: Callable[[str], str],
) -> None:
    assert read("segments assign C-000001 premium --value 250")["member"]
    assert "replace or end that stay" in refused("segments assign C-000001 premium")
    read("segments replace C-000001 premium --value 1300.5")
    assert " 1,300.5 " in ledgerscope("segments", "list", "C-000001").stdout
    assert [each["value"] for each in read("segments list C-000001")] == ["250.000000", "1300.500000"]
    assert not read("segments end C-000001 premium")["member"]
    assert read("segments list C-000001 --at 2199-01-01T00:00Z") == []
    assert (
        refused("segments assign C-000001 vip --value x")
        == "--value: 'x' is no number; write it as 250 or 0.75"
    )


def test_a_grant_is_given_and_revoked(
    northwind: str,
    read: Callable[..., Any],
    ledgerscope: Callable[..., Result],
    refused: Callable[[str], str],
) -> None:
    read("grants give C-000001 partner-3")
    assert "has a grant for this customer already" in refused("grants give C-000001 partner-3")
    assert [each["actor"] for each in read("grants list C-000001")] == ["partner-3"]
    read("grants revoke C-000001 partner-3")
    assert ledgerscope("grants", "list", "C-000001").stdout == "no grants\n"


@pytest.mark.parametrize(
    "line",
    [
        "contacts list C-9", "communications list C-9", "interactions list C-9", "segments list C-9",
        "grants list C-9", "statements list C-9", "payments list C-9", "credit show C-9",
        "analytics customer C-9", "aging history C-9",
    ],
)  # fmt: skip
def test_an_unknown_customer_is_named(line: str, refused: Callable[[str], str]) -> None:
    assert refused(line) == "refused: there is no customer 'C-9' in this company"


@pytest.mark.parametrize(
    "group", ["contacts remove", "interactions start", "credit approve", "payments show"]
)
def test_an_unknown_identifier_is_named(group: str, refused: Callable[[str], str]) -> None:
    assert f"'{NOBODY}' in this company" in refused(f"{group} {NOBODY}")
