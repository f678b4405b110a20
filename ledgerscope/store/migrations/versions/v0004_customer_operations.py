"""What the customer operations need: numbers, search, keys of requests, grants, seals, statements, aging.

Revision ID: 0004
Revises: 0003
"""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

PARTS = ("customers", "operations", "audit", "receivables", "statements", "aging", "transfers")


def upgrade() -> None:
    """Columns of customers and contacts first, then new tables with their policies."""
    connection = op.get_bind().execution_options(no_parameters=True)
    folder = Path(__file__).parent / "v0004"
    for part in PARTS:
        connection.exec_driver_sql((folder / f"{part}.sql").read_text(encoding="utf-8"))
