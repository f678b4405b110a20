"""Alembic's entry point; run by `ledgerscope.store.migrations` only, on the connection it hands in."""

from __future__ import annotations

from alembic import context

from ledgerscope.store.migrations.settings import CONFIGURATION

context.configure(connection=context.config.attributes["connection"], **CONFIGURATION)
context.run_migrations()
