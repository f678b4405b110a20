"""The canonical schema: tables, append-only ledgers, settlement, audit chain, row-level security, currencies.

Revision ID: 0001
Revises: nothing
"""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

PARTS = ("tables", "append_only", "settlement", "audit_chain", "row_security", "currencies")


def upgrade() -> None:
    """Run the parts in order; the extension brings the equality operators that exclusion constraints need."""
    connection = op.get_bind().execution_options(no_parameters=True)
    connection.exec_driver_sql("CREATE EXTENSION IF NOT EXISTS btree_gist")
    for part in PARTS:
        connection.exec_driver_sql(
            (Path(__file__).parent / "v0001" / f"{part}.sql").read_text(encoding="utf-8")
        )
