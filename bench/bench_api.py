"""Time the API on the database that make_scale.py filled: median and 95th percentile of each address.

    python bench/bench_api.py postgresql://postgres@/scale [--company acme] [--calls 200]

`ledgerscope serve` runs in a process of its own, its collectors switched off, and is asked over one
connection, one request after the other: token, limits, row-level security and JSON are part of it. Where the
company has no interactions yet, it first gets five for each customer, and a segment for every second one.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from math import ceil
from pathlib import Path
from statistics import median

import requests
import yaml
from joserfc import jwt
from joserfc.jwk import ECKey
from sqlalchemy import text

from ledgerscope.catalogue.exporter import COLLECTORS
from ledgerscope.store.engine import OWNER, create_engine

Path_ = Callable[[int], str]

FILL = (
    """
    insert into interaction
    select c.tenant_id, gen_random_uuid(), c.customer_id,
           (array['call', 'email', 'meeting', 'support_ticket', 'feedback'])[n],
           (array['completed', 'completed', 'completed', 'pending'])[n % 4 + 1],
           'subject', null, 'bench', at, at, at
    from customer c
    cross join generate_series(1, 5) as n
    cross join lateral (
        select now() - make_interval(secs => (abs(hashtext(c.customer_id::text || n)) % 31536000)) as at
    ) as instant
    where c.tenant_id = :company
    """,
    """
    insert into segment_assignment (tenant_id, assignment_id, customer_id, segment, valid)
    select tenant_id, gen_random_uuid(), customer_id,
           (array['vip', 'premium', 'regular', 'new'])[1 + abs(hashtext(customer_id::text)) / 2 % 4],
           tstzrange(created_at, null)
    from customer
    where tenant_id = :company and abs(hashtext(customer_id::text)) % 2 = 0
    """,
    "analyze interaction",
    "analyze segment_assignment",
)


def filled(url: str, company: str) -> list[str]:
    """Identifiers of customers, after they have got interactions and segments."""
    engine = create_engine(url, OWNER)
    given = {"company": company}
    with engine.begin() as connection:
        there = connection.execute(
            text("select exists (select from interaction where tenant_id = :company)"), given
        ).scalar_one()
        for statement in () if there else FILL:
            connection.execute(text(statement), given if ":company" in statement else {})
    with engine.begin() as connection:
        query = text("select customer_id from customer where tenant_id = :company limit 5000")
        found = [row.customer_id.hex for row in connection.execute(query, given)]
    engine.dispose()
    return found


@contextmanager
def serving(url: str, key: ECKey) -> Iterator[str]:
    """The address of an exporter with an API that accepts tokens of this key."""
    with tempfile.TemporaryDirectory() as folder:
        keys, config = Path(folder) / "keys.json", Path(folder) / "settings.yaml"
        keys.write_text(json.dumps(key.as_dict(private=False)), encoding="utf-8")
        issuer = {"keys_file": str(keys), "algorithm": "ES256"}
        settings = {
            "database": {"url": url},
            "collectors": {name: {"enabled": False} for name in COLLECTORS},
            "api": {
                "requests_per_minute": 100_000,
                "requests_per_minute_from_address": 100_000,
                "issuers": {"bench": issuer},
            },
        }
        config.write_text(yaml.safe_dump(settings), encoding="utf-8")
        program = "from ledgerscope.cli import main; main()"
        arguments = [sys.executable, "-c", program, "serve", "--config", str(config), "--port", "0"]
        with subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True) as process:
            assert process.stderr is not None
            line = process.stderr.readline()
            found = re.search(r"http\S+(?=/metrics)", line)
            assert found, line
            try:
                yield found[0]
            finally:
                process.terminate()


def addresses(ids: list[str], cursors: list[str]) -> dict[str, tuple[int, Path_]]:
    """By name: the goal in milliseconds for the 95th percentile, and the address of the nth call."""
    chance = random.Random(1)  # noqa: S311 - repeatable choices
    analytics = "/api/v1/analytics"
    return {
        "customer list, first page": (100, lambda _: "/api/v1/customers"),
        "customer list, a page further on": (
            100,
            lambda n: f"/api/v1/customers?cursor={cursors[n % len(cursors)]}",
        ),
        "customer list, search": (100, lambda n: f"/api/v1/customers?search=c-{n % 40:05d}"),
        "customer detail": (50, lambda _: f"/api/v1/customers/{chance.choice(ids)}"),
        "customer analytics": (50, lambda _: f"{analytics}/customers/{chance.choice(ids)}/analytics"),
        "segment analytics, 30 days": (1000, lambda _: f"{analytics}/segments/vip/analytics"),
        "segments": (50, lambda _: f"{analytics}/segments"),
        "dashboard metrics": (1000, lambda _: f"{analytics}/dashboard/metrics"),
        "organization summary": (1000, lambda _: f"{analytics}/organization/summary"),
    }


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("url")
    parser.add_argument("--company", default="acme")
    parser.add_argument("--calls", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=5, help="the longest time for one address")
    given = parser.parse_args()
    ids, key = filled(given.url, given.company), ECKey.generate_key("P-256", private=True)
    claims = {
        "iss": "bench",
        "aud": "ledgerscope",
        "sub": "bench",
        "exp": int((datetime.now(UTC) + timedelta(hours=1)).timestamp()),
        "organization_id": given.company,
        "roles": ["viewer"],
    }
    with serving(given.url, key) as server, requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {jwt.encode({'alg': 'ES256'}, claims, key)}"
        cursors = list(pages(session, server))
        print("| address | calls | median, ms | p95, ms | goal |\n| --- | ---: | ---: | ---: | ---: |")
        for name, (goal, path) in addresses(ids, cursors).items():
            passed = sorted(timed(session, server, path, given.calls, given.seconds))
            high = passed[ceil(0.95 * len(passed)) - 1]
            print(f"| {name} | {len(passed)} | {median(passed):.1f} | {high:.1f} | {goal} |")


def pages(session: requests.Session, server: str) -> Iterator[str]:
    """Where the first fifty pages end."""
    cursor = ""
    for _ in range(50):
        query = f"?cursor={cursor}" if cursor else ""
        cursor = session.get(f"{server}/api/v1/customers{query}", timeout=60).json()["next_cursor"]
        assert cursor, "too few customers"
        yield cursor


def timed(session: requests.Session, server: str, path: Path_, calls: int, seconds: float) -> Iterator[float]:
    """Milliseconds of each call, until there are as many as wanted or the time is up."""
    latest = time.perf_counter() + seconds
    for number in range(calls):
        begun = time.perf_counter()
        answer = session.get(server + path(number), timeout=60)
        passed = 1000 * (time.perf_counter() - begun)
        if answer.status_code != 200:
            raise SystemExit(answer.text)
        yield passed
        if time.perf_counter() > latest:
            return


if __name__ == "__main__":
    main()
