"""Undoing as dated rows (reversals, refunds); kept sums follow the documents; more is refused by the schema.

A filled database keeps every figure. Where its rows break a new rule, nothing is changed and each such table
is named with examples.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from alembic import op

from ledgerscope.store.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

PARTS = ("tables", "settlement", "commit_checks")
FINITE = {
    "activity_day": "day",
    "allocation": "effective_on recorded_at",
    "audit_log": "at",
    "communication": "at",
    "contact": "created_at",
    "credential": "lower(valid) upper(valid) rotated_at",
    "credit_breach": "at",
    "credit_limit": "lower(valid) upper(valid) requested_at decided_at",
    "credit_note": "issued_on voided_on used_up_on changed_on",
    "customer": "created_at updated_at deleted_at erased_at",
    "customer_status_history": "at",
    "event": "occurred_at recorded_at",
    "event_rollup": "sum_minor! sum_duration_ms!",
    "export_run": "at",
    "exporter_checkpoint": "taken_at",
    "fx_rate": "day rate!",
    "import_batch": "started_at finished_at",
    "interaction": "at created_at updated_at",
    "invoice": "issued_on finalised_at voided_on lower(service_period) upper(service_period)",
    "invoice_due": "due_on settled_on changed_on",
    "job_run": "enqueued_at started_at heartbeat_at finished_at",
    "marketing_spend": "day",
    "milestone": "at",
    "payment": "received_on received_at reversed_on used_up_on changed_on",
    "payment_attempt": "at",
    "payment_reversal": "reversed_on recorded_at",
    "plan": "created_at retired_at",
    "refund": "refunded_on recorded_at",
    "segment_assignment": "value! lower(valid) upper(valid)",
    "statement": "period_start period_end at delivered_at",
    "subscription": "started_at trial_end cancel_requested_at ended_at",
    "subscription_version": "discount! mrr! lower(valid) upper(valid)",
    "survey_response": "at",
    "sync_run": "started_at finished_at",
    "sync_schedule": "next_due_at last_attempt_at last_success_at",
    "tenant": "created_at",
    "ticket": "opened_at first_reply_at resolved_at closed_at",
    "ticket_event": "at",
    "write_off": "written_off_on used_up_on changed_on",
    "write_off_reversal": "reversed_on recorded_at",
}
"""Dates, instants, bounds of ranges, and numbers (with `!`) that are neither infinite nor NaN, by table."""
NEW = ("payment_reversal", "refund", "write_off_reversal")
LATER = "changed_on"


def finite(words: str, but: str | None = None) -> str:
    """The condition that a row fulfils; null, and an open end of a range, stay allowed."""
    return " and ".join(
        f"{word[:-1]} <> 'NaN'" if word.endswith("!") else f"isfinite({word})"
        for word in words.split()
        if word != but
    )


RULES = (
    *(
        (table, finite(words, but=LATER), "write a finite date or number, or null for an open end")
        for table, words in FINITE.items()
        if table not in NEW
    ),
    ("job_run", "btrim(queue) <> '' and btrim(job_name) <> ''", "give the queue and the job a name"),
    (
        "tenant",
        "timezone in (select name from pg_timezone_names)",
        "write a name from pg_timezone_names, such as Europe/Berlin",
    ),
)
"""Table, what holds for each row from now on, and what to do about a row that breaks it."""
KEYS = """
    select string_agg(quote_ident(attname), ', ' order by array_position(indkey::int2[], attnum))
    from pg_index join pg_attribute on attrelid = indrelid and attnum = any (indkey)
    where indisprimary and indrelid = to_regclass('{table}')
"""


def upgrade() -> None:
    """Look first, then change; an upgrade is one transaction, so what is refused leaves nothing behind."""
    connection = op.get_bind().execution_options(no_parameters=True)
    if findings := list(_broken(connection)):
        raise Refused(
            "the database was not upgraded, because rows break a new rule; correct them and upgrade again: "
            + "; ".join(findings)
        )
    folder = Path(__file__).parent / "v0002"
    for part in PARTS:
        connection.exec_driver_sql((folder / f"{part}.sql").read_text(encoding="utf-8"))
    for table, words in FINITE.items():
        connection.exec_driver_sql(
            f"ALTER TABLE {table} ADD CONSTRAINT {table}_finite_check CHECK ({finite(words)})"
        )
    connection.exec_driver_sql((folder / "comments.sql").read_text(encoding="utf-8"))
    connection.exec_driver_sql((folder / "fill.sql").read_text(encoding="utf-8"))


def _broken(connection: Connection) -> Iterator[str]:
    for table, condition, cure in RULES:
        key = connection.exec_driver_sql(KEYS.format(table=table)).scalar_one()
        found = connection.exec_driver_sql(
            f"select count(*) over (), concat_ws(' ', {key}) from {table} "  # noqa: S608  # our own constants
            f"where not ({condition}) order by {key} limit 3"
        ).all()
        if found:
            examples = ", ".join(f"({example})" for _, example in found)
            rows = "1 row" if len(found) == 1 else f"{found[0][0]} rows"
            yield f"{table}: {rows} where not ({condition}), such as ({key}) = {examples}: {cure}"
