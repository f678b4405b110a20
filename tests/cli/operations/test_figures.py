"""`ledgerscope aging` and `analytics`, as they are typed, on PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from click.testing import Result


def test_a_snapshot_is_kept_shown_and_followed(
    northwind: str,
    read: Callable[..., Any],
    ledgerscope: Callable[..., Result],
    refused: Callable[[str], str],
) -> None:
    assert "there is no aging snapshot; refresh it first" in refused("aging show")
    read("invoices issue C-000001 --amount 1190 --issued-on 2026-01-05")
    for day in ("2026-01-31", "2026-02-20"):
        assert read(f"aging refresh --day {day}") == {"as_of": day, "accounts": 1}
    lines = ledgerscope("aging", "show", "--day", "2026-02-20").stdout.splitlines()
    assert lines[0].startswith("at the end of 2026-02-20, refreshed ")
    assert lines[2].split() == ["CUSTOMER", "CUR", "CURRENT", "1-30", "31-60", "61-90", "90+", "CREDIT"]
    assert lines[4].split() == ["C-000001", "EUR", "0.00", "1,190.00", "0.00", "0.00", "0.00", "0.00"]
    history = read("aging history C-000001 --from 2026-01-01 --to 2026-12-31 --currency EUR")
    assert [(each["as_of"], each["buckets"]["current"]) for each in history] == [
        ("2026-01-31", 119_000), ("2026-02-20", 0),
    ]  # fmt: skip
    assert "the first day comes first" in refused("aging history C-000001 --from 2026-02-01 --to 2026-01-01")


def test_snapshots_are_listed_page_by_page(
    read: Callable[..., Any], ledgerscope: Callable[..., Result]
) -> None:
    for day in ("2026-01-01", "2026-01-02", "2026-01-03"):
        read(f"aging refresh --day {day}")
    first = ledgerscope("aging", "list", "--limit", "2").stdout
    assert first.rstrip().endswith("more: --before 2026-01-02")
    assert [each["as_of"] for each in read("aging list --before 2026-01-02")["snapshots"]] == ["2026-01-01"]
    assert "nobody owes anything" in ledgerscope("aging", "show").stdout


def test_analytics_count_what_was_logged(
    northwind: str, read: Callable[..., Any], ledgerscope: Callable[..., Result]
) -> None:
    read("segments assign C-000001 premium")
    read("interactions log C-000001 --type complaint --subject Late")
    found = read("analytics customer C-000001 --recent 3")
    assert (found["total_interactions"], found["interactions_by_type"]["complaint"]) == (1, 1)
    assert len(read("analytics segment premium --days 7")["timeline"]) == 7
    assert read("analytics segments")[0] == {"segment": "premium", "customers": 1}
    assert read("analytics summary --as-of 2026-01-02T00:00Z")["total_customers"] == 0
    text = ledgerscope("analytics", "customer", "C-000001").stdout
    assert "interactions by type    complaint 1\n" in text
    board = ledgerscope("analytics", "dashboard").stdout
    assert "interactions today  1\n" in board
    assert "C-000001  Northwind  complaint  pending" in board
