"""Migrations and tables say the same, run whole or not at all, and say which schema is there."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Engine, make_url

from ledgerscope.store import migrations
from ledgerscope.store.data_check import CHECKS, find
from ledgerscope.store.engine import OWNER, create_engine
from ledgerscope.store.errors import OldSchema, Refused, Unreachable
from ledgerscope.store.tables import metadata

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

CATALOGUE = {
    "columns": """
        SELECT attrelid::regclass::text, attname::text, format_type(atttypid, atttypmod), attnotnull,
               attidentity::text, attgenerated::text, pg_get_expr(adbin, adrelid),
               col_description(attrelid, attnum)
        FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
        LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0 and not attisdropped
    """,
    "constraints": """
        SELECT conrelid::regclass::text, conname::text, pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype NOT IN ('n', 't')
    """,
    "indexes": """
        SELECT tablename::text, indexname::text, indexdef FROM pg_indexes WHERE schemaname = 'public'
    """,
    "comments": """
        SELECT relname::text, obj_description(oid, 'pg_class')
        FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
    """,
}


@pytest.fixture
def empty_url(administration: Engine, server_url: str) -> Iterator[str]:
    """A database with nothing in it."""
    with administration.connect() as c:
        c.exec_driver_sql("CREATE DATABASE nothing TEMPLATE template0 STRATEGY file_copy")
    yield make_url(server_url).set(database="nothing").render_as_string(hide_password=False)
    with administration.connect() as c:
        c.exec_driver_sql("DROP DATABASE nothing WITH (FORCE)")


@pytest.fixture
def empty(empty_url: str) -> Engine:
    return create_engine(empty_url, OWNER, pool_size=0)


def test_autogenerate_finds_nothing_to_change(owner: Engine) -> None:
    with owner.connect() as c:
        assert migrations.differences(c) == []


def test_autogenerate_would_find_a_difference(owner: Engine) -> None:
    with owner.begin() as c:
        c.exec_driver_sql("ALTER TABLE customer DROP COLUMN signup_channel")
        assert len(migrations.differences(c)) == 1


@pytest.mark.parametrize("part", CATALOGUE)
def test_the_migrated_schema_is_the_one_the_tables_describe(owner: Engine, empty: Engine, part: str) -> None:
    """The system catalogue shows what autogenerate does not compare: checks, exclusions, generation."""
    with empty.begin() as c:
        c.exec_driver_sql("CREATE EXTENSION btree_gist")
        metadata.create_all(c)
        described = read(c, part)
    with owner.connect() as c:
        assert read(c, part) == described


def read(connection: Connection, part: str) -> list[tuple[object, ...]]:
    rows = connection.exec_driver_sql(CATALOGUE[part])
    return sorted((tuple(row) for row in rows if not str(row[0]).startswith("ledgerscope_")), key=repr)


def test_an_upgrade_goes_from_nothing_to_head_and_again_changes_nothing(empty_url: str) -> None:
    with pytest.raises(
        OldSchema, match="at revision none, this program needs 0005; run: ledgerscope db upgrade"
    ):
        migrations.check(empty_url)
    assert migrations.upgrade(empty_url) == migrations.Upgrade(None, migrations.head(), ())
    assert migrations.upgrade(empty_url) == migrations.Upgrade(migrations.head(), migrations.head(), ())
    migrations.check(empty_url)


def test_a_schema_from_the_future_asks_for_a_newer_program(owner: Engine, owner_url: str) -> None:
    with owner.begin() as c:
        c.exec_driver_sql("UPDATE ledgerscope_version SET version_num = '9999'")
    with pytest.raises(OldSchema, match="at revision 9999, this program needs 0005; use a newer Ledgerscope"):
        migrations.check(owner_url)


def test_an_upgrade_that_fails_leaves_nothing_behind(empty: Engine, empty_url: str) -> None:
    with empty.begin() as c:
        c.exec_driver_sql("CREATE TABLE write_off (somebody_elses integer)")
    with pytest.raises(Exception, match='relation "write_off" already exists'):
        migrations.upgrade(empty_url)
    with empty.connect() as c:
        tables = (
            c.exec_driver_sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").scalars().all()
        )
        assert tables == ["write_off"]


def test_programs_that_start_together_upgrade_once(empty_url: str) -> None:
    with ThreadPoolExecutor(3) as pool:
        befores = sorted(str(done.before) for done in pool.map(migrations.upgrade, [empty_url] * 3))
    assert befores == ["0005", "0005", "None"]


def test_a_server_that_is_not_there_is_unreachable() -> None:
    with pytest.raises(Unreachable):
        migrations.upgrade("postgresql://ada@127.0.0.1:1/ledger")


def test_a_neighbours_tables_are_left_alone(owner: Engine) -> None:
    with owner.begin() as c:
        c.exec_driver_sql("CREATE TABLE alembic_version (version_num text)")
        assert migrations.differences(c) == []


OLD = "0001"
OLD_ROWS = (Path(__file__).parent / "rows_0001.sql").read_text(encoding="utf-8")
KEPT = """
    select 'invoice', number, missing_minor::numeric, null, null from invoice
    union all select invoice_id::text, seq::text, allocated_minor, coalesce(settled_on, changed_on)::text,
                     settled_on::text from invoice_due
    union all select 'payment', payment_id::text, allocated_minor, coalesce(used_up_on, changed_on)::text,
                     used_up_on::text from payment
    order by 1, 2
"""


def test_an_upgrade_of_a_filled_database_keeps_what_writing_its_rows_anew_would(
    owner: Engine, empty: Engine, empty_url: str
) -> None:
    """Except that it knows that an invoice has no instalments, where an insertion cannot."""
    migrations.upgrade(empty_url, OLD)
    with empty.begin() as c:
        c.exec_driver_sql(OLD_ROWS)
    assert migrations.upgrade(empty_url) == migrations.Upgrade(OLD, migrations.head(), ())
    with owner.begin() as c:
        c.exec_driver_sql(OLD_ROWS)
        expected = c.exec_driver_sql(
            KEPT.replace("missing_minor", "coalesce(missing_minor, total_minor)")
        ).all()
        assert list(find(c, CHECKS[-4:])) == []
    with empty.connect() as c:
        kept = c.exec_driver_sql(KEPT).all()
        assert kept == expected
        assert list(find(c, CHECKS[-4:])) == []
    assert len({row[2:] for row in kept}) > 20


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        pytest.param(
            "update invoice_due set due_on = 'infinity' where seq = 2",
            "invoice_due: 55 rows where not .* such as \\(tenant_id, invoice_id, seq\\) = \\(acme .* 2\\), .*"
            ": write a finite date or number",
            id="an infinite date",
        ),
        pytest.param(
            "update tenant set timezone = 'Mars/Olympus'",
            "tenant: 1 row .* \\(tenant_id\\) = \\(acme\\): write a name from pg_timezone_names",
            id="a zone",
        ),
        pytest.param(
            "insert into fx_rate values ('acme', '2026-01-01', 'USD', 'EUR', 'NaN')",
            "fx_rate: 1 row .* = \\(acme 2026-01-01 USD EUR\\)",
            id="not a number",
        ),
        pytest.param(
            "insert into job_run (tenant_id, job_run_id, job_id, queue, job_name, state, enqueued_at) "
            "select tenant_id, customer_id, customer_id, ' ', 'n', 'queued', now() from customer",
            "job_run: 1 row .*: give the queue and the job a name",
            id="a queue without a name",
        ),
    ],
)
def test_an_upgrade_names_the_rows_that_break_a_new_rule_and_changes_nothing(
    empty: Engine, empty_url: str, change: str, finding: str
) -> None:
    migrations.upgrade(empty_url, OLD)
    with empty.begin() as c:
        c.exec_driver_sql(OLD_ROWS)
        c.exec_driver_sql(change)
    with pytest.raises(Refused, match=f"was not upgraded, because rows break a new rule.*{finding}"):
        migrations.upgrade(empty_url)
    with empty.connect() as c:
        assert migrations.current(c) == OLD
        assert c.exec_driver_sql("select to_regclass('refund')").scalar() is None
