"""Time the customer operations on the database that make_scale.py filled: median and 95th percentile.

    python bench/bench_operations.py postgresql://postgres@/scale [--company acme] [--calls 200]

Each call is a whole operation with the application's rights: transaction, row-level security, event and audit
entry. Calls come one after the other; every row of the table has customers, texts and pages of its own, from
a fixed random seed. What is created and changed stays in the database.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable
from math import ceil
from statistics import median

from sqlalchemy import text

from ledgerscope.customers import Refused
from ledgerscope.customers.lifecycle import CustomerPage, Customers, ListCustomers, NewCustomer
from ledgerscope.customers.operations import Caller, Note, Operations
from ledgerscope.store import roles
from ledgerscope.store.engine import Session, create_engine

Call = Callable[[int], object]


def workloads(customers: Customers, ids: list[str], chance: random.Random) -> dict[str, tuple[int, Call]]:
    """By name: the goal in milliseconds for the 95th percentile, and the call."""
    pages = cursors(customers)
    run = chance.randrange(10**9)
    return {
        "list, first page": (100, lambda _: customers.list()),
        "list, a page further on": (
            100,
            lambda n: customers.list(ListCustomers(cursor=pages[n % len(pages)])),
        ),
        "list by status": (100, lambda _: customers.list(ListCustomers(status="blocked"))),
        "search, found": (100, lambda n: customers.list(ListCustomers(text=f"c-{n % 40:05d}"))),
        "search, in vain": (100, lambda n: customers.list(ListCustomers(text=f"no such {n}"))),
        "detail": (50, lambda _: customers.get(chance.choice(ids))),
        "create": (50, lambda n: customers.create(NewCustomer(name=f"new {n}"), Note(key=f"{run}-{n}"))),
        "update": (50, lambda n: customers.update(chance.choice(ids), {"terms_days": n % 90})),
    }


def cursors(customers: Customers) -> list[str]:
    """Where the first hundred pages end."""
    found: list[str] = []
    cursor = None
    while len(found) < 100:
        page = customers.list(ListCustomers(cursor=cursor))
        assert isinstance(page, CustomerPage)
        cursor = page.next_cursor
        assert cursor is not None, "too few customers"
        found.append(cursor)
    return found


def timed(call: Call, calls: int) -> list[float]:
    """Milliseconds of each call."""
    passed = []
    for number in range(calls):
        begun = time.perf_counter()
        answer = call(number)
        passed.append(1000 * (time.perf_counter() - begun))
        if isinstance(answer, Refused):
            raise SystemExit(answer.reason)
    return passed


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("url")
    parser.add_argument("--company", default="acme")
    parser.add_argument("--calls", type=int, default=200)
    given = parser.parse_args()
    engine = create_engine(given.url, Session(role=roles.APP), pool_size=1)
    operations = Operations(engine, Caller(tenant_id=given.company, actor="bench"))
    with operations.read() as connection:
        rows = connection.execute(
            text("select customer_id from customer where deleted_at is null limit 5000")
        )
        ids = [row.customer_id.hex for row in rows]
    print("| operation | median, ms | p95, ms | goal |\n| --- | ---: | ---: | ---: |")
    chance = random.Random(1)  # noqa: S311 - repeatable choices
    for name, (goal, call) in workloads(Customers(operations), ids, chance).items():
        passed = sorted(timed(call, given.calls))
        print(f"| {name} | {median(passed):.1f} | {passed[ceil(0.95 * len(passed)) - 1]:.1f} | {goal} |")


if __name__ == "__main__":
    main()
