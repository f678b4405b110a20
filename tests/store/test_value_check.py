"""Rows that our tables would refuse are found in views, whoever provides them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from collectors.registry import create as create_collectors
from ledgerscope.cli.database_findings import findings, needed
from ledgerscope.store import roles
from ledgerscope.store import tables as t
from ledgerscope.store.remedies import example_view
from ledgerscope.store.value_check import find_values
from tests.store.conftest import uid

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection, Engine

RELATIONS = {name: relation for name, (relation, _) in needed(create_collectors()).items()}
MOVED = text("select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'")
I1, C1, P1 = uid("i1"), uid("c1"), uid("p1")


@pytest.fixture
def views(business: Engine, add: Callable[..., None]) -> Engine:
    """A superuser's engine of a database that is not ours: its tables are in `app`, views are over them."""
    with business.begin() as c:
        c.exec_driver_sql("SET ROLE NONE")
        add(c, t.plan, plan_id="pl1")
        c.exec_driver_sql("CREATE SCHEMA app")
        c.exec_driver_sql(f"GRANT USAGE ON SCHEMA app TO {roles.OWNER}")
        for name in c.execute(MOVED).scalars().all():
            c.exec_driver_sql(f"ALTER TABLE {name} SET SCHEMA app")
        for relation in RELATIONS.values():
            c.exec_driver_sql(example_view(relation).replace("'acme'::text", "source.tenant_id"))
    return business


def replace(connection: Connection, relation: str, old: str, new: str) -> None:
    """Another view in place of the example, with `new` where the example has `old`."""
    view = example_view(RELATIONS[relation]).replace("'acme'::text", "source.tenant_id")
    assert view.count(old) == 1
    connection.exec_driver_sql(f"DROP VIEW {relation}")
    connection.exec_driver_sql(view.replace(old, new))


def found(connection: Connection) -> list[str]:
    lines = find_values(connection, RELATIONS.values())
    return [line if isinstance(line, str) else line.message for line in lines]


def test_nothing_is_found_in_views_of_sound_rows(views: Engine) -> None:
    with views.begin() as c:
        c.exec_driver_sql("SET ROLE NONE")
        assert found(c) == []


def test_nothing_is_found_where_views_keep_no_sums(views: Engine, add: Callable[..., None]) -> None:
    with views.begin() as c:
        c.exec_driver_sql("SET ROLE NONE")
        c.exec_driver_sql("SET LOCAL search_path = app, public")
        add(c, t.allocation, allocation_id="a1", from_id="p1", invoice_id="i1", amount_minor=400)
        c.exec_driver_sql("SET LOCAL search_path = public")
        assert list(findings(c, create_collectors())) == []


def test_our_own_tables_are_left_to_the_schema(business: Engine) -> None:
    with business.begin() as c:
        c.exec_driver_sql("ALTER TABLE invoice DROP CONSTRAINT invoice_total_minor_check")
        c.exec_driver_sql("UPDATE invoice SET total_minor = -1")
        assert found(c) == []


IN_VIEW = "filter or correct them in the view"


@pytest.mark.parametrize(
    ("relation", "old", "new", "finding"),
    [
        pytest.param(
            "payment",
            "source.amount_minor::bigint",
            "nullif(source.amount_minor, 1000)::bigint",
            f"payment: 1 row of company acme, such as acme {P1}: amount_minor is null; {IN_VIEW}",
            id="a null amount",
        ),
        pytest.param(
            "invoice_due",
            "source.due_on::date",
            "'infinity'::date",
            f"invoice_due: 1 row of company acme, such as acme {I1} 1: due_on is not finite; {IN_VIEW}",
            id="an infinite date",
        ),
        pytest.param(
            "invoice",
            "source.status::text",
            "'finalized'::text",
            f"invoice: 1 row of company acme, such as acme {I1}: not (status in ('draft', 'open', "
            f"'paid', 'void', 'uncollectible')); {IN_VIEW}",
            id="an unknown status",
        ),
        pytest.param(
            "payment",
            "source.amount_minor::bigint",
            "-source.amount_minor::bigint",
            f"payment: 1 row of company acme, such as acme {P1}: not (amount_minor > 0); {IN_VIEW}",
            id="a negative amount",
        ),
        pytest.param(
            "customer",
            "FROM app.customer AS source",
            "FROM app.customer AS source, generate_series(1, 2)",
            f"customer: 1 row of company acme, such as acme {C1}: the key (tenant_id, customer_id) is there "
            f"more than once; {IN_VIEW}",
            id="a row that is there twice",
        ),
        pytest.param(
            "payment",
            "source.customer_id::uuid",
            "gen_random_uuid()",
            "payment: 1 row of company acme, such as acme ",
            id="a customer that is not there",
        ),
        pytest.param(
            "invoice",
            "source.customer_id::uuid",
            "source.customer_id::text",
            "invoice: customer_id is text, but customer.customer_id is uuid: give both the same type",
            id="keys of two types",
        ),
        pytest.param(
            "invoice",
            "source.total_minor::bigint",
            "(source.total_minor / 0)::bigint",
            "invoice: its rows cannot be checked: division by zero; correct the view",
            id="a view that fails",
        ),
    ],
)
def test_each_fault_is_one_finding_with_its_company_and_an_example(
    views: Engine, relation: str, old: str, new: str, finding: str
) -> None:
    with views.begin() as c:
        c.exec_driver_sql("SET ROLE NONE")
        replace(c, relation, old, new)
        lines = [line for line in found(c) if line.startswith(f"{relation}: ") and "globex" not in line]
        assert len(lines) == 1, lines
        assert lines[0].startswith(finding)


def test_a_view_that_may_not_read_what_it_is_made_of_is_a_finding_and_the_others_follow(
    views: Engine,
) -> None:
    with views.begin() as c:
        c.exec_driver_sql("SET ROLE NONE")
        c.exec_driver_sql("CREATE SCHEMA other")
        c.exec_driver_sql("CREATE TABLE other.secrets ()")
        replace(c, "credit_note", "AS source", "AS source WHERE EXISTS (SELECT FROM other.secrets)")
        c.exec_driver_sql(f"ALTER VIEW credit_note OWNER TO {roles.OWNER}")
        replace(c, "payment", "source.amount_minor::bigint", "NULL::bigint")
        lines = found(c)
    assert (
        "credit_note: its rows cannot be read: permission denied for table secrets; "
        "a view reads with the rights of its owner" in lines
    )
    assert any("amount_minor is null" in line for line in lines)
    assert sum("cannot be read" in line for line in lines) == 1


def test_the_check_of_a_database_reports_them(views: Engine) -> None:
    with views.begin() as c:
        c.exec_driver_sql("SET ROLE NONE")
        replace(c, "payment", "source.amount_minor::bigint", "NULL::bigint")
        lines = list(findings(c, create_collectors()))
    assert any("payment: 1 row of company acme" in line and "amount_minor is null" in line for line in lines)
