"""The generator is pure, says nothing of the future, and fills every table."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from ledgerscope.demo.companies import COMPANIES
from ledgerscope.demo.generate import expected_rows, generate
from ledgerscope.domain.events import EVENT_SHAPES, EventType
from ledgerscope.store.records import (
    TABLE_OF,
    Contact,
    Customer,
    Event,
    FxRate,
    Invoice,
    InvoiceDue,
    JobRun,
    Payment,
    Record,
    SyncSchedule,
    columns,
    make_event,
)
from ledgerscope.store.tables import metadata
from tests.demo.conftest import SCALE, SEED, UNTIL
from tests.thoroughness import thorough_only

if TYPE_CHECKING:
    from ledgerscope.store.changes_batch import Batch

WRITTEN_BY_OTHERS = {"currency", "event_rollup", "exporter_checkpoint", "request_secret"}
WRITTEN_BY_OPERATIONS = {
    "operation_request", "number_series", "customer_grant", "audit_seal", "audit_verification",
    "aging_snapshot", "aging_snapshot_account", "import_change", "audit_remark",
}  # fmt: skip
EVENTS_OF_OPERATIONS = {"InvoiceDrafted", "AccessGranted", "AccessRevoked", "AgingSnapshotRefreshed"}
"""The demo drafts and grants nothing; snapshots of the aging are kept once everything is loaded."""
PLANNED = {"due_on", "next_due_at", "trial_end", "enqueued_at"}
DIGEST = """
import hashlib
from datetime import UTC, datetime
from ledgerscope.demo.generate import generate
from tests.thoroughness import thorough_only
digest = hashlib.sha256()
for batch in generate(7, 0.005, datetime(2026, 3, 29, 4, 30, tzinfo=UTC)):
    for kind, rows in batch.pages():
        digest.update(repr((kind.__name__, rows)).encode())
print(digest.hexdigest())
"""


def rows_of(chapters: list[Batch], kind: type[Record]) -> list[Record]:
    return [row for batch in chapters for row in batch.of(kind)]


def test_the_same_arguments_give_the_same_bytes_whatever_the_hash_seed() -> None:
    digests = {
        subprocess.run(
            [sys.executable, "-c", DIGEST],
            check=True,
            capture_output=True,
            env={"PYTHONHASHSEED": hash_seed},
        ).stdout
        for hash_seed in ("0", "1")
    }
    here = hashlib.sha256()
    for batch in generate(7, 0.005, UNTIL):
        for kind, rows in batch.pages():
            here.update(repr((kind.__name__, rows)).encode())
    assert digests == {f"{here.hexdigest()}\n".encode()}


def test_another_seed_makes_another_business() -> None:
    first, second = (list(generate(seed, 0.005, UNTIL)) for seed in (1, 2))
    assert rows_of(first, Customer) != rows_of(second, Customer)


def test_more_customers_leave_those_before_them_unchanged() -> None:
    few, many = (customers_of(list(generate(1, scale, UNTIL))) for scale in (0.01, 0.02))
    assert few.keys() < many.keys()
    assert few["aurora", "C-000001"] == many["aurora", "C-000001"]


def customers_of(chapters: list[Batch]) -> dict[tuple[str, str | None], Customer]:
    rows = [row for row in rows_of(chapters, Customer) if isinstance(row, Customer)]
    return {(row.tenant_id, row.customer_number): row for row in rows}


@thorough_only()
def test_a_quarter_of_the_business_has_a_quarter_of_its_size() -> None:
    counts: Counter[type[Record]] = Counter()
    several_instalments = 0
    for batch in generate(1, 0.25, UNTIL):
        counts.update({kind: len(rows) for kind, rows in batch.pages()})
        several_instalments += sum(row[2] == 2 for row in batch.of(InvoiceDue))
    assert counts[Customer] >= 3000 / 4
    assert counts[Invoice] >= 60_000 / 4
    assert several_instalments >= 1000 / 4
    assert counts.total() == pytest.approx(expected_rows(0.25), rel=0.05)


def test_it_covers_two_years_and_every_month_of_them(chapters: list[Batch]) -> None:
    months = {(row[7].year, row[7].month) for row in rows_of(chapters, Invoice)}
    assert len(months) >= 24
    assert min(months) == (2024, 3)


def test_every_table_gets_rows(chapters: list[Batch]) -> None:
    filled = {TABLE_OF[kind].name for batch in chapters for kind, _ in batch.pages()}
    assert filled == set(metadata.tables) - WRITTEN_BY_OTHERS - WRITTEN_BY_OPERATIONS


def test_every_type_of_event_happens_in_its_shape(chapters: list[Batch]) -> None:
    seen = {event[1] for event in rows_of(chapters, Event)}
    assert seen == {str(event_type) for event_type in EVENT_SHAPES} - EVENTS_OF_OPERATIONS


def test_customer_numbers_are_those_of_the_series_without_gaps(chapters: list[Batch]) -> None:
    customers: list[Customer] = [row for row in rows_of(chapters, Customer) if isinstance(row, Customer)]
    for company in COMPANIES:
        own = sorted(row.customer_number or "" for row in customers if row.tenant_id == company.tenant_id)
        assert own == [f"C-{place:06d}" for place in range(1, len(own) + 1)]


def test_nothing_lies_in_the_future(chapters: list[Batch]) -> None:
    zones = {company.tenant_id: ZoneInfo(company.timezone) for company in COMPANIES}
    late = [
        (kind.__name__, name, value)
        for batch in chapters
        for kind, rows in batch.pages()
        for row in rows
        for name, value in zip(columns(kind), row, strict=True)
        if name not in PLANNED
        and isinstance(value, date)
        and is_late(value, zones[row[0]])
        and not (isinstance(row, Payment) and row.method == "cheque")  # one of them is post-dated
    ]
    assert late == []


def is_late(value: date, zone: ZoneInfo) -> bool:
    if isinstance(value, datetime):
        return value > UNTIL + timedelta(minutes=1)  # a run that is going on ends within a minute
    return value > UNTIL.astimezone(zone).date()


def test_names_are_invented_and_addresses_reach_nobody(chapters: list[Batch]) -> None:
    emails = [row[4] for kind in (Customer, Contact) for row in rows_of(chapters, kind)]
    assert len(emails) > 300
    strange = [
        email
        for email in emails
        if email is not None and not re.fullmatch(r"[a-z.0-9-]+@example\.(com|org|net)", email)
    ]
    assert strange == []


def test_jobs_end_wait_and_run_and_none_hangs(chapters: list[Batch]) -> None:
    runs = [run for run in rows_of(chapters, JobRun) if isinstance(run, JobRun)]
    assert {"succeeded", "failed", "cancelled"} <= {run.state for run in runs}
    assert [run for run in runs if run.state == "running" and run.heartbeat_at != UNTIL] == []
    waiting = [run for run in runs if run.state == "queued"]
    assert [run for run in waiting if UNTIL - run.enqueued_at > timedelta(minutes=1)] == []


def test_tries_of_one_job_belong_together(chapters: list[Batch]) -> None:
    tries: dict[str, list[int]] = {}
    for run in rows_of(chapters, JobRun):
        if isinstance(run, JobRun):
            tries.setdefault(run.job_id, []).append(run.attempt)
    assert all(attempts == [*range(1, len(attempts) + 1)] for attempts in tries.values())
    assert any(len(attempts) == 3 for attempts in tries.values())


def test_only_the_company_with_two_currencies_has_rates(chapters: list[Batch]) -> None:
    assert {row[0] for row in rows_of(chapters, FxRate)} == {"cinder"}
    assert {row[7] for row in rows_of(chapters, Customer) if row[0] == "cinder"} == {"USD", "EUR"}
    assert {row[7] for row in rows_of(chapters, Customer)} == {"USD", "EUR"}


def test_a_schedule_knows_its_failures(chapters: list[Batch]) -> None:
    schedules = [row for row in rows_of(chapters, SyncSchedule) if isinstance(row, SyncSchedule)]
    assert any(row.status == "error" and row.backoff >= 3 for row in generate_schedules(schedules))


def generate_schedules(found: list[SyncSchedule]) -> list[SyncSchedule]:
    """The schedules of a business large enough to hold a rare one."""
    if any(row.status == "error" for row in found):
        return found
    return [
        row
        for batch in generate(SEED, SCALE * 3, UNTIL)
        for row in batch.of(SyncSchedule)
        if isinstance(row, SyncSchedule)
    ]


def test_every_record_names_columns_of_its_table() -> None:
    strangers = {
        (kind.__name__, name)
        for kind, table in TABLE_OF.items()
        for name in columns(kind)
        if name not in table.columns
    }
    assert strangers == set()


def test_records_leave_out_only_what_the_database_fills() -> None:
    missing = {
        (kind.__name__, column.name)
        for kind, table in TABLE_OF.items()
        for column in table.columns
        if column.name not in columns(kind)
        and not column.nullable
        and column.server_default is None
        and column.identity is None
        and column.computed is None
    }
    assert missing == set()


def test_an_event_of_another_shape_cannot_be_written() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    with pytest.raises(ValueError, match="argument"):
        make_event("aurora", EventType.CUSTOMER_CREATED, now, "ui")
    with pytest.raises(ValueError, match="carries amount: True"):
        make_event("aurora", EventType.PAYMENT_SUCCEEDED, now, "stripe")
