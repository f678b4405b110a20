"""A worker in a process of its own, for tests that kill it.

Called with the database, the company, the file that notes each reading, and the milliseconds that a reading
takes and that a lease holds. It ends when every customer has succeeded once.
"""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import text

from ledgerscope.customers.audit import AuditKeys
from ledgerscope.customers.operations import Caller, Operations
from ledgerscope.customers.sync import Limits, Worker
from ledgerscope.customers.zuora import Workflow
from ledgerscope.store.engine import begin_as, create_engine

if TYPE_CHECKING:
    from collections.abc import Iterator

KEYS = AuditKeys("k", {"k": b"k" * 32})
_LEFT = text("select count(*) from sync_schedule where last_success_at is null")


class _Feed:
    calls = 1

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def workflows(self) -> Iterator[Workflow]:
        yield Workflow(workflow_id="1", name="Billing", state="Active")
        time.sleep(self._seconds)
        yield Workflow(workflow_id="2", name="Dunning", state="Active")


def main(url: str, company: str, notes: str, takes: str, lease: str) -> None:
    """Work until every customer has succeeded once."""
    engine = create_engine(url, pool_size=6)
    operations = Operations(engine, Caller(tenant_id=company, actor="sync"), audit_keys=KEYS)

    @contextmanager
    def outside(_: Operations, customer_id: str) -> Iterator[_Feed]:
        with open(notes, "a", encoding="utf-8") as file:  # noqa: PTH123 - one write appends whole
            file.write(f"{os.getpid()} {customer_id}\n")
        yield _Feed(int(takes) / 1000)

    worker = Worker([operations], outside, limits=Limits(workers=4, lease=timedelta(milliseconds=int(lease))))
    while True:
        worker.run_due()
        with begin_as(engine, company) as connection:
            if not connection.execute(_LEFT).scalar_one():
                return
        time.sleep(0.05)


if __name__ == "__main__":
    main(*sys.argv[1:])
