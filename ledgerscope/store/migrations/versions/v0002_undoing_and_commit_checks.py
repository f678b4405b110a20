"""Undoing as dated rows (reversals, refunds); allocations count while both sides stand; more refused by the schema.

A filled database keeps every figure. Where its rows break a new rule, nothing is changed and each such table is named
with examples.

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
    "activity_day": "isfinite(day)",
    "allocation": "isfinite(effective_on) and isfinite(recorded_at)",
    "audit_log": "isfinite(at)",
    "communication": "isfinite(at)",
    "contact": "isfinite(created_at)",
    "credential": "isfinite(lower(valid)) and isfinite(upper(valid)) and isfinite(rotated_at)",
    "credit_breach": "isfinite(at)",
    "credit_limit": "isfinite(lower(valid)) and isfinite(upper(valid)) and isfinite(requested_at) and isfinite(decided_at)",
    "credit_note": "isfinite(issued_on) and isfinite(voided_on) and isfinite(used_up_on) and isfinite(changed_on)",
    "customer": "isfinite(created_at) and isfinite(updated_at) and isfinite(deleted_at) and isfinite(erased_at)",
    "customer_status_history": "isfinite(at)",
    "event": "isfinite(occurred_at) and isfinite(recorded_at)",
    "event_rollup": "sum_minor <> 'NaN' and sum_duration_ms <> 'NaN'",
    "export_run": "isfinite(at)",
    "exporter_checkpoint": "isfinite(taken_at)",
    "fx_rate": "isfinite(day) and rate <> 'NaN'",
    "import_batch": "isfinite(started_at) and isfinite(finished_at)",
    "interaction": "isfinite(at) and isfinite(created_at) and isfinite(updated_at)",
    "invoice": "isfinite(issued_on) and isfinite(finalised_at) and isfinite(voided_on) and isfinite(lower(service_period)) and isfinite(upper(service_period))",
    "invoice_due": "isfinite(due_on) and isfinite(settled_on) and isfinite(changed_on)",
    "job_run": "isfinite(enqueued_at) and isfinite(started_at) and isfinite(heartbeat_at) and isfinite(finished_at)",
    "marketing_spend": "isfinite(day)",
    "milestone": "isfinite(at)",
    "payment": "isfinite(received_on) and isfinite(received_at) and isfinite(reversed_on) and isfinite(used_up_on) and isfinite(changed_on)",
    "payment_attempt": "isfinite(at)",
    "payment_reversal": "isfinite(reversed_on) and isfinite(recorded_at)",
    "plan": "isfinite(created_at) and isfinite(retired_at)",
    "refund": "isfinite(refunded_on) and isfinite(recorded_at)",
    "segment_assignment": "value <> 'NaN' and isfinite(lower(valid)) and isfinite(upper(valid))",
    "statement": "isfinite(period_start) and isfinite(period_end) and isfinite(at) and isfinite(delivered_at)",
    "subscription": "isfinite(started_at) and isfinite(trial_end) and isfinite(cancel_requested_at) and isfinite(ended_at)",
    "subscription_version": "discount <> 'NaN' and mrr <> 'NaN' and isfinite(lower(valid)) and isfinite(upper(valid))",
    "survey_response": "isfinite(at)",
    "sync_run": "isfinite(started_at) and isfinite(finished_at)",
    "sync_schedule": "isfinite(next_due_at) and isfinite(last_attempt_at) and isfinite(last_success_at)",
    "tenant": "isfinite(created_at)",
    "ticket": "isfinite(opened_at) and isfinite(first_reply_at) and isfinite(resolved_at) and isfinite(closed_at)",
    "ticket_event": "isfinite(at)",
    "write_off": "isfinite(written_off_on) and isfinite(used_up_on) and isfinite(changed_on)",
    "write_off_reversal": "isfinite(reversed_on) and isfinite(recorded_at)",
}
"""What keeps infinity and NaN out, by table, as of this revision."""
NEW = ("payment_reversal", "refund", "write_off_reversal")
LATER = " and isfinite(changed_on)"
RULES = (
    *(
        (table, condition.removesuffix(LATER), "write a finite date or number, or null for an open end")
        for table, condition in FINITE.items()
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
    """Look first, then change; the one transaction of an upgrade undoes everything where a part is refused."""
    connection = op.get_bind().execution_options(no_parameters=True)
    if findings := list(_broken(connection)):
        raise Refused(
            "the database was not upgraded, because rows break a new rule; correct them and upgrade again: "
            + "; ".join(findings)
        )
    folder = Path(__file__).parent / "v0002"
    for part in PARTS:
        connection.exec_driver_sql((folder / f"{part}.sql").read_text(encoding="utf-8"))
    for table, condition in FINITE.items():
        connection.exec_driver_sql(
            f"ALTER TABLE {table} ADD CONSTRAINT {table}_finite_check CHECK ({condition})"
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
            yield f"{table}: {found[0][0]} rows where not ({condition}), such as ({key}) = {examples}: {cure}"
