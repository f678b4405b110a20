"""The examples of docs/operations.md run in their order, on PostgreSQL with the application's rights."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ledgerscope.store.changes import Changes
from ledgerscope.store.changes_writer import write_changes
from ledgerscope.store.records import Tenant

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from tests.customers.zuora.server import ZuoraServer

PAGE = Path(__file__).parents[2] / "docs/operations.md"


def test_the_examples_do_what_the_page_says(owner: Engine, app: Engine, zuora_server: ZuoraServer) -> None:
    made = datetime(2026, 1, 1, tzinfo=UTC)
    with owner.begin() as connection:
        write_changes(connection, [Changes((Tenant("acme", "Acme", "Europe/Vienna", "EUR", "{}", made),))])
    text = PAGE.read_text("utf-8")
    blocks = list(re.finditer(r"```python\n(.*?)```", text, re.DOTALL))
    assert blocks
    names: dict[str, Any] = {
        "engine": app,
        "zuora_url": zuora_server.url,
        "zuora_host": zuora_server.host,
        "zuora_secret": zuora_server.clients["client-1"],
    }
    for block in blocks:
        above = "\n" * text.count("\n", 0, block.start(1))  # so that an error names the line of the page
        exec(compile(above + block[1], str(PAGE), "exec"), names)  # noqa: S102 - the examples of our own page
