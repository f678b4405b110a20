"""The read contract: what a database lacks is reported as values, one per thing to fix."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ledgerscope.store import tables as t
from ledgerscope.store.contract import ACCEPTED, CONTRACT, Lack, Relation, check, check_version

if TYPE_CHECKING:
    from sqlalchemy import Engine

CUSTOMER = Relation.of(t.customer, t.customer.c.tenant_id, "customer_id", "status", "created_at")


def test_our_own_schema_fulfils_the_whole_contract_for_the_application(app: Engine) -> None:
    with app.connect() as connection:
        assert check(connection, CONTRACT.values()) == []
        assert check_version(connection) is None


def test_the_right_to_some_columns_is_enough_for_whoever_reads_no_other(exporter: Engine) -> None:
    names = Relation.of(t.customer, "tenant_id", "name")
    with exporter.connect() as connection:
        assert check(connection, [CUSTOMER]) == []
        (problem,) = check(connection, [names])
    assert (problem.lack, problem.relation) == (Lack.RIGHT, "customer")


def test_every_column_type_of_the_schema_has_a_row_in_the_table_of_accepted_types() -> None:
    assert {c.type.partition("(")[0] for r in CONTRACT.values() for c in r.columns} == set(ACCEPTED)


def test_a_relation_names_only_the_columns_that_are_read() -> None:
    assert [column.name for column in CUSTOMER.columns] == [
        "tenant_id",
        "customer_id",
        "status",
        "created_at",
    ]
    assert CUSTOMER.meaning.startswith("A customer of a tenant")


@pytest.mark.parametrize(
    ("ddl", "lack", "column", "message"),
    [
        pytest.param(
            "DROP TABLE customer CASCADE", Lack.RELATION, None, "customer does not exist", id="relation"
        ),
        pytest.param(
            "REVOKE SELECT ON customer FROM ledgerscope_exporter",
            Lack.RIGHT,
            None,
            "customer may not be read",
            id="right",
        ),
        pytest.param(
            "ALTER TABLE customer RENAME status TO state",
            Lack.COLUMN,
            "status",
            "has no column status (TEXT)",
            id="column",
        ),
        pytest.param(
            "ALTER TABLE customer ALTER created_at TYPE timestamp",
            Lack.TYPE,
            "created_at",
            "customer.created_at is timestamp, expected timestamptz",
            id="type",
        ),
    ],
)
def test_each_lack_is_one_problem_that_says_what_would_be_right(
    owner: Engine, exporter: Engine, ddl: str, lack: Lack, column: str | None, message: str
) -> None:
    with owner.begin() as connection:
        connection.exec_driver_sql(ddl)
    with exporter.connect() as connection:
        (problem,) = check(connection, [CUSTOMER])
    assert (problem.lack, problem.relation, problem.column) == (lack, "customer", column)
    assert message in problem.message


def test_views_with_other_but_fitting_types_fulfil_the_contract(owner: Engine) -> None:
    with owner.begin() as connection:
        connection.exec_driver_sql("""
            CREATE TEMPORARY VIEW customer AS
            SELECT 'acme'::varchar AS tenant_id, 7 AS customer_id, 'active'::name AS status,
                   now() AS created_at
        """)
        assert check(connection, [CUSTOMER]) == []


def test_an_enum_has_to_be_cast(owner: Engine) -> None:
    with owner.begin() as connection:
        connection.exec_driver_sql("CREATE TYPE pg_temp.state AS ENUM ('active')")
        connection.exec_driver_sql("CREATE TEMPORARY TABLE customer (status pg_temp.state)")
        (problem,) = check(connection, [Relation.of(t.customer, "status")])
    assert problem.message == "customer.status is state, expected bpchar or name or text or varchar"


def test_a_domain_counts_as_what_it_is_made_of(owner: Engine) -> None:
    with owner.begin() as connection:
        connection.exec_driver_sql("CREATE DOMAIN pg_temp.state AS text")
        connection.exec_driver_sql("CREATE TEMPORARY TABLE customer (status pg_temp.state)")
        assert check(connection, [Relation.of(t.customer, "status")]) == []


def test_a_schema_of_another_revision_is_a_problem(owner: Engine) -> None:
    with owner.begin() as connection:
        connection.exec_driver_sql("UPDATE ledgerscope_version SET version_num = '0000'")
        problem = check_version(connection)
    assert problem is not None
    assert (
        problem.message
        == "the schema is at revision 0000, this program needs 0005; run: ledgerscope db upgrade"
    )


def test_a_database_of_views_keeps_no_version(owner: Engine) -> None:
    with owner.begin() as connection:
        connection.exec_driver_sql("DROP TABLE ledgerscope_version")
        assert check_version(connection) is None
