"""Time an operation with the log going nowhere, to a stream and to files, and a line by itself.

    python bench/bench_log.py postgresql://postgres@/business [--company acme] [--calls 400]

The database has the schema and the company. What is created stays in it.
"""

from __future__ import annotations

import argparse
import io
import tempfile
import time
from contextlib import nullcontext
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from ledgerscope.customers.lifecycle import Customers, NewCustomer
from ledgerscope.customers.operations import Caller, Operations
from ledgerscope.logs import LogTo, configured, get_logger
from ledgerscope.store import roles
from ledgerscope.store.engine import Session, create_engine

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager


def timed(call: Callable[[int], object], calls: int) -> float:
    """The median in microseconds."""
    took = []
    for number in range(calls):
        began = time.perf_counter()
        call(number)
        took.append(time.perf_counter() - began)
    return median(took) * 1e6


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("--company", default="acme")
    parser.add_argument("--calls", type=int, default=400)
    asked = parser.parse_args()
    engine = create_engine(asked.url, Session(application_name="bench", role=roles.APP))
    customers = Customers(Operations(engine, Caller(tenant_id=asked.company, actor="bench")))
    log = get_logger("bench")
    context = {"company_id": "acme", "customer_id": "3f0c1a52b6d84f0e9c1a0123456789ab", "duration_ms": 3}
    folder = Path(tempfile.mkdtemp())
    ways: dict[str, Callable[[], AbstractContextManager[None]]] = {
        "nowhere": nullcontext,
        "to a stream": lambda: configured(LogTo(format="json", stream=io.StringIO())),
        "to files": lambda: configured(LogTo(file=folder / "bench.log")),
    }
    made = customers.create(NewCustomer(name="bench"))
    for _ in range(2):  # the first round warms up
        for name, way in ways.items():
            with way():
                line = timed(lambda _: log.info("Customer created", **context), asked.calls * 5)
                create = timed(lambda n: customers.create(NewCustomer(name=f"new {n}")), asked.calls)
                get = timed(lambda _: customers.get(made.customer_id), asked.calls)  # type: ignore[union-attr] # made
            print(f"{name:12} a line {line:7.1f} us   create {create:8.0f} us   get {get:8.0f} us")


if __name__ == "__main__":
    main()
