"""One company's bad data: its values of that area vanish, with the reason, and all others are served."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, ClassVar
from uuid import uuid4

import pytest
from sqlalchemy import Connection, event, text

from collectors.area import AreaCollector
from collectors.companies import Companies, Company, read_companies
from collectors.isolation import by_company
from collectors.jobs import JobsCollector
from collectors.lifecycle import LifecycleCollector
from collectors.registry import COLLECTORS, create
from collectors.revenue import RevenueCollector
from collectors.satisfaction import SatisfactionCollector
from ledgerscope.catalogue import lifecycle as catalogue
from ledgerscope.store import tables as t
from ledgerscope.store.errors import Cancelled, InvalidData, MissingRelation
from tests.collectors.books import NOON, TODAY, Books

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from collectors.samples import SampleBuilder

ZONE = "time zone 'Mars/Olympus' is unknown; expected a name such as 'Europe/Berlin'"


class Divided(AreaCollector):
    """Reads ten divided by the length of each company's name less that of the name of a bad one."""

    name = "lifecycle"
    metrics = (catalogue.ACCOUNTS,)
    reads: ClassVar = ()
    sql = "SELECT id, 10 / (length(id) - 3) FROM unnest(cast(:ids AS text[])) AS id"

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[tuple[str, ...]] = []

    def read(
        self, connection: Connection, _as_of: datetime, companies: Companies, samples: SampleBuilder
    ) -> None:
        self.parts.append(companies.tenants)
        for tenant_id, n, *_ in connection.execute(text(self.sql), {"ids": list(companies.tenants)}):
            samples.put(catalogue.ACCOUNTS, (tenant_id, "active"), n)


def served(books: Books, collector: AreaCollector) -> set[str]:
    """The companies that have values."""
    return {labels[0] for series in books.read(collector).values() for labels in series}


@pytest.mark.parametrize("bad", [{"bad"}, {"bad", "ill"}, {"aaa", "zzz"}, {"bad", "mad", "sad"}])
def test_companies_whose_query_fails_are_found_and_all_others_served(books: Books, bad: set[str]) -> None:
    good = {f"company{number}" for number in range(20)}
    for tenant_id in (*good, *bad):
        books.tenant(tenant_id)
    collector = Divided()
    assert served(books, collector) == good
    assert collector.isolated == dict.fromkeys(bad, "division by zero (SQLSTATE 22012)")
    asked = len(collector.parts)
    assert asked <= 1 + 2 * len(bad) * 5

    assert served(books, collector) == good
    assert len(collector.parts) == asked + 1 + len(bad)  # what failed before is read apart


def test_a_company_that_can_be_read_again_is_served_again(books: Books) -> None:
    for tenant_id in ("good", "bad"):
        books.tenant(tenant_id)
    collector = Divided()
    assert served(books, collector) == {"good"}
    collector.sql = collector.sql.replace("- 3", "+ 3")
    assert served(books, collector) == {"good", "bad"}
    assert collector.isolated == {}
    assert served(books, collector) == {"good", "bad"}
    assert collector.parts[-1] == ("bad", "good")


def test_where_nothing_is_wrong_there_is_one_pass(books: Books) -> None:
    for tenant_id in ("good", "fine"):
        books.tenant(tenant_id)
    collector = Divided()
    assert served(books, collector) == {"good", "fine"}
    assert collector.parts == [("fine", "good")]


@pytest.mark.parametrize(
    ("sql", "error"),
    [
        ("SELECT id, 1 FROM nowhere AS id WHERE id = ANY(:ids)", MissingRelation),
        ("SELECT cast(:ids AS text), pg_cancel_backend(pg_backend_pid()), pg_sleep(5)", Cancelled),
    ],
)
def test_errors_that_are_not_about_data_go_through(books: Books, sql: str, error: type[Exception]) -> None:
    for tenant_id in ("good", "bad"):
        books.tenant(tenant_id)
    books.write()
    collector = Divided()
    collector.sql = sql
    with pytest.raises(error):
        collector.collect(books.connection, NOON)
    assert len(collector.parts) == 1


def test_a_value_that_is_not_a_number_isolates_its_company_without_another_query(books: Books) -> None:
    for tenant_id in ("good", "bad"):
        books.tenant(tenant_id)
    collector = Divided()
    collector.sql = """
        SELECT id, CASE id WHEN 'bad' THEN numeric 'NaN' ELSE 1 END FROM unnest(cast(:ids AS text[])) AS id
    """
    assert served(books, collector) == {"good"}
    assert collector.isolated == {"bad": "customer_accounts: the value is not a finite number"}
    assert collector.parts == [("bad", "good")]


def test_a_value_that_the_driver_cannot_hold_isolates_its_company(books: Books) -> None:
    for tenant_id in ("good", "bad"):
        books.tenant(tenant_id)
    collector = Divided()
    collector.sql = """
        SELECT id, EXTRACT(day FROM at), at FROM unnest(cast(:ids AS text[])) AS id
        CROSS JOIN LATERAL (SELECT date '9999-12-31' + (id = 'bad')::int) AS x (at)
    """
    assert served(books, collector) == {"good"}
    assert collector.isolated == {"bad": "a value that cannot be read"}


def companies(n: int) -> Companies:
    listed = (Company(f"c{number}", "EUR", TODAY, {}) for number in range(n))
    return Companies(tuple(listed), {})


def test_a_mistake_that_fails_for_every_company_is_raised(books: Books) -> None:
    def read(part: Companies) -> int:
        return part.exponents["missing"]

    with pytest.raises(KeyError, match="missing"):
        by_company(books.connection, companies(5), read)


def test_random_failures_lose_no_company_and_serve_no_bad_one(books: Books) -> None:
    random = Random(1)
    for _ in range(50):
        everyone = companies(random.randint(1, 40))
        bad = {one for one in everyone.tenants if random.random() < random.choice((0.02, 0.3, 1))}

        def read(part: Companies, bad: set[str] = bad) -> tuple[str, ...]:
            if bad.intersection(part.tenants):
                raise InvalidData("", "22003")
            return part.tenants

        apart = {one for one in everyone.tenants if random.random() < 0.1}
        done, failed = by_company(books.connection, everyone, read, apart)
        assert Counter(one for part in done for one in part) == Counter(set(everyone.tenants) - bad)
        assert set(failed) == bad


@pytest.mark.parametrize("kind", COLLECTORS, ids=lambda kind: kind.name)
def test_a_company_in_an_unknown_time_zone_is_isolated_in_every_area(
    books: Books, kind: type[AreaCollector]
) -> None:
    books.tenant("good")
    books.write()
    # Our own schema refuses such a zone; views of another database do not.
    books.connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
    books.tenant("lost", timezone="Mars/Olympus")
    books.write()
    books.connection.exec_driver_sql("SET LOCAL session_replication_role = origin")
    for tenant_id in ("good", "lost"):
        books.event(
            "JobFinished", tenant_id, labels={"queue": "mail", "job_name": "send", "status": "failed"}
        )
    collector = kind()
    assert served(books, collector) == {"good"}
    assert collector.isolated == {"lost": ZONE}


def currencies(books: Books) -> None:
    customer = books.customer("bad")
    for code in ("USD", "GBP", "JPY", "CHF", "SEK", "NOK", "DKK", "PLN"):
        books.invoice(customer, (100, TODAY), tenant_id="bad", currency=code)


def queues(books: Books) -> None:
    for number in range(9):
        books.add(
            t.job_run,
            tenant_id="bad",
            job_run_id=uuid4(),
            job_id=uuid4(),
            queue=f"q{number}",
            job_name="send",
            state="queued",
            enqueued_at=NOON - timedelta(minutes=1),
        )


def queues_of_events(books: Books) -> None:
    for number in range(9):
        labels = {"queue": f"q{number}", "job_name": "send", "status": "failed"}
        books.event("JobFinished", "bad", labels=labels)


@pytest.mark.parametrize(
    ("area", "write", "reason"),
    [
        ("jobs", queues, "telecom_billing_queue_depth: 9 values of label queue, at most 8 are served"),
        ("jobs", queues_of_events, "9 values of label queue, at most 8 are served"),
        ("aging", currencies, "9 values of label currency, at most 8 are served"),
    ],
)
def test_what_a_company_has_too_much_of_is_its_own_matter(
    books: Books, area: str, write: Callable[[Books], None], reason: str
) -> None:
    for tenant_id in ("good", "bad"):
        books.tenant(tenant_id)
    write(books)
    books.event("JobFinished", "good", labels={"queue": "mail", "job_name": "send", "status": "failed"})
    (collector,) = create([area])
    found = books.read(collector)
    assert {labels[0] for series in found.values() for labels in series} == {"good"}
    assert list(collector.isolated) == ["bad"]
    assert reason in collector.isolated["bad"]
    assert collector.rebases == 0


@pytest.fixture
def foreign(books: Books) -> Callable[[str, str], None]:
    """Replaces a table by a view of the same name, whose columns are those of the table but for one."""

    def replace(source: str, columns: str) -> None:
        books.write()
        table = source.split(maxsplit=1)[0]
        connection = books.connection
        connection.exec_driver_sql("CREATE SCHEMA foreign_views")
        connection.exec_driver_sql(
            f"CREATE VIEW foreign_views.{table} AS SELECT {columns} FROM public.{source}"  # noqa: S608
        )
        connection.exec_driver_sql("SET LOCAL search_path = foreign_views, public")

    return replace


def test_a_company_listed_twice_or_without_a_currency_is_isolated(
    books: Books, foreign: Callable[[str, str], None]
) -> None:
    for tenant_id in ("good", "twice", "poor", "null"):
        books.tenant(tenant_id)
    foreign(
        "tenant CROSS JOIN generate_series(1, CASE tenant_id WHEN 'twice' THEN 2 ELSE 1 END)",
        """CASE tenant_id WHEN 'poor' THEN 'XYZ' ELSE base_currency END AS base_currency, timezone,
        nullif(tenant_id, 'null') AS tenant_id""",
    )
    read = read_companies(books.connection, NOON)
    assert read.tenants == ("good",)
    assert read.unusable == {
        "twice": "is listed 2 times in tenant",
        "poor": "currency 'XYZ' has no exponent in the list of currencies, or several",
    }


def test_a_currency_listed_with_two_exponents_isolates_the_companies_that_use_it(
    books: Books, foreign: Callable[[str, str], None]
) -> None:
    books.tenant("good")
    books.tenant("bad", base_currency="NZD")
    foreign(
        "currency CROSS JOIN generate_series(2, CASE code WHEN 'NZD' THEN 3 ELSE 2 END) AS places",
        "code, CASE code WHEN 'NZD' THEN places ELSE exponent END::smallint AS exponent",
    )
    read = read_companies(books.connection, NOON)
    assert read.tenants == ("good",)
    assert read.unusable == {"bad": "currency 'NZD' has no exponent in the list of currencies, or several"}


def test_events_that_cannot_be_added_up_isolate_their_company(
    books: Books, foreign: Callable[[str, str], None]
) -> None:
    for tenant_id in ("good", "bad"):
        books.tenant(tenant_id)
        books.event("CustomerDeleted", tenant_id, labels={"reason": "closed", "mode": "soft"})
    foreign(
        "event",
        """event_id, tenant_id, event_type, occurred_at, xid, currency, amount_minor, duration_ms,
        CASE tenant_id WHEN 'bad' THEN 'Ada, 12 Main Street' ELSE labels::text END::jsonb AS labels""",
    )
    collector = LifecycleCollector()
    for _ in range(2):
        found = books.read(collector)
        assert found["customer_deleted_total"]["good", "closed", "soft"] == 1
        assert {labels[0] for series in found.values() for labels in series} == {"good"}
        assert collector.isolated == {"bad": "invalid text representation (SQLSTATE 22P02)"}


def test_a_null_in_a_foreign_view_isolates_its_company(
    books: Books, foreign: Callable[[str, str], None]
) -> None:
    for tenant_id in ("good", "bad"):
        books.tenant(tenant_id)
        for queue in ("mail", "post"):
            books.add(
                t.job_run,
                tenant_id=tenant_id,
                job_run_id=uuid4(),
                job_id=uuid4(),
                queue=queue,
                job_name="send",
                state="queued",
                enqueued_at=NOON - timedelta(minutes=1),
            )
    foreign(
        "job_run",
        """tenant_id, job_run_id, job_id, job_name, state, attempt, enqueued_at, started_at, heartbeat_at,
        finished_at, CASE WHEN tenant_id <> 'bad' OR queue <> 'mail' THEN queue END AS queue""",
    )
    collector = JobsCollector()
    assert served(books, collector) == {"good"}
    assert collector.isolated == {"bad": "telecom_billing_queue_depth: label queue has no value"}


def test_a_price_without_a_beginning_recurs_from_ever(
    books: Books, foreign: Callable[[str, str], None]
) -> None:
    books.tenant()
    books.subscription(books.customer(), books.plan(), (10_000, NOON - timedelta(days=1), None))
    columns = [column.name for column in t.subscription_version.columns if column.name != "valid"]
    foreign("subscription_version", f"{', '.join(columns)}, tstzrange(null, upper(valid)) AS valid")
    found = books.read(RevenueCollector())
    assert sum(found["chom_revenue_mrr"].values()) == 100
    assert sum(found["chom_revenue_mrr_start"].values()) == 200  # at the start of either window


@pytest.mark.parametrize(
    ("table", "column", "collector"),
    [
        ("job_run", "enqueued_at", JobsCollector),
        ("survey_response", "at", SatisfactionCollector),
        ("customer_status_history", "at", LifecycleCollector),
        ("customer", "created_at", LifecycleCollector),
    ],
)
def test_a_view_that_fails_on_one_companys_row_hides_no_other(
    books: Books,
    foreign: Callable[[str, str], None],
    table: str,
    column: str,
    collector: type[AreaCollector],
) -> None:
    for tenant_id in ("good", "bad"):
        books.tenant(tenant_id)
        customer_id = books.customer(tenant_id)
        books.add(
            t.job_run, tenant_id=tenant_id, job_run_id=uuid4(), job_id=uuid4(), queue="mail", job_name="send",
            state="queued", enqueued_at=NOON - timedelta(minutes=1),
        )  # fmt: skip
        books.add(
            t.survey_response, tenant_id=tenant_id, response_id=uuid4(), kind="nps", score=9, scale_max=10,
            respondent_hash="a", at=NOON - timedelta(days=1),
        )  # fmt: skip
        books.add(
            t.customer_status_history, tenant_id=tenant_id, customer_id=customer_id, history_id=1,
            from_status="active", to_status="blocked", at=NOON + timedelta(days=1),
        )  # fmt: skip
    columns = [one.name for one in t.metadata.tables[table].columns if one.name != column]
    broken = f"CASE tenant_id WHEN 'bad' THEN tenant_id ELSE {column}::text END::timestamptz AS {column}"
    foreign(table, ", ".join((*columns, broken)))
    for way in ("indexscan", "bitmapscan", "nestloop"):  # as on a table without an index by company
        books.connection.exec_driver_sql(f"SET LOCAL enable_{way} = off")
    running = collector()
    assert served(books, running) == {"good"}
    assert running.isolated == {"bad": "invalid datetime format (SQLSTATE 22007)"}


def test_twenty_healthy_companies_cost_as_many_statements_as_one(books: Books) -> None:
    statements: list[str] = []
    event.listen(books.connection, "before_cursor_execute", lambda *of: statements.append(of[2]))
    counts = []
    for names in (["acme"], [f"company{number}" for number in range(19)]):
        for tenant_id in names:
            books.tenant(tenant_id)
        books.write()
        statements.clear()
        for collector in create():
            assert collector.collect(books.connection, NOON) or collector.name == "jobs"
        counts.append(len(statements))
    assert counts[0] == counts[1] > len(COLLECTORS)
