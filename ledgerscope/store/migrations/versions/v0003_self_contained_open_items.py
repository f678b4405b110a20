"""Instalments repeat what their invoice says: whose, in what currency, owed from when until when (ADR 0009).

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

PARTS = ("columns", "triggers", "comments")


def upgrade() -> None:
    """The rows that are there are filled before the triggers are, so that each is written once."""
    connection = op.get_bind().execution_options(no_parameters=True)
    folder = Path(__file__).parent / "v0003"
    for part in PARTS:
        connection.exec_driver_sql((folder / f"{part}.sql").read_text(encoding="utf-8"))
