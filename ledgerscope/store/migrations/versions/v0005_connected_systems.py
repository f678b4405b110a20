"""What credentials, settings and synchronisation of customers need, and rows of operations that are let go.

Revision ID: 0005
Revises: 0004
"""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

PARTS = ("credentials", "settings", "sync", "operations", "events")


def upgrade() -> None:
    """Credentials before what uses them."""
    connection = op.get_bind().execution_options(no_parameters=True)
    folder = Path(__file__).parent / "v0005"
    for part in PARTS:
        connection.exec_driver_sql((folder / f"{part}.sql").read_text(encoding="utf-8"))
