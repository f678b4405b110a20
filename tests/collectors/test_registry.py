"""All collectors together: they cover the catalogue, emit nothing else, and read only what they say."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from sqlalchemy import event

from collectors.errors import UnknownCollector
from collectors.registry import COLLECTORS, create
from ledgerscope.catalogue import AREAS, Part
from ledgerscope.store import contract
from ledgerscope.store.engine import EXPORTER, create_engine
from ledgerscope.store.snapshots import read_only_snapshot
from ledgerscope.store.tables import metadata
from tests.collectors.books import NOON, Books, at, day

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from collectors.area import AreaCollector


@pytest.fixture
def business(books: Books) -> Books:
    """A small company that has something of everything."""
    books.tenant()
    customer = books.customer()
    books.limit(customer, 100000)
    invoice = books.invoice(customer, (5000, day(-5)))
    books.allocate(books.payment(customer, 2000), invoice, 1000)
    books.subscription(customer, books.plan(), (1000, at(-90), at(-9)), (1500, at(-9), None))
    for kind, scale in (("nps", 10), ("csat", 5)):
        books.add(
            metadata.tables["survey_response"],
            tenant_id="acme",
            response_id=uuid4(),
            kind=kind,
            respondent_hash="a",
            score=5,
            scale_max=scale,
            at=at(-1),
        )
    proof = {"verified_at": at(-1), "rows": 0, "checked": "chain", "faults": 0}
    books.add(metadata.tables["audit_verification"], tenant_id="acme", **proof)
    run = {"sync_run_id": uuid4(), "customer_id": books.customer(), "trigger": "scheduled"}
    times = {"outcome": "success", "started_at": at(-1), "finished_at": at(-1)}
    books.add(metadata.tables["sync_run"], tenant_id="acme", **run, **times)
    labels = {"queue": "mail", "job_name": "send", "status": "failed"}
    books.event("JobFinished", labels=labels, duration_ms=5)
    return books


def test_there_is_a_collector_for_every_area_of_business_metrics() -> None:
    areas = {area.name: area.metrics for area in AREAS if Part.COLLECTOR in area.parts}
    assert {one.name: one.metrics for one in COLLECTORS} == areas


def test_every_metric_is_emitted_with_legal_labels_and_no_series_twice(business: Books) -> None:
    business.write()
    for collector in create():
        readings = collector.collect(business.connection, NOON)
        assert {one.metric for one in readings} == set(collector.metrics)
        for one in readings:
            one.metric.check(one.labels)
        series = Counter((one.metric.name, one.labels) for one in readings)
        assert set(series.values()) == {1}


def test_collectors_are_asked_for_by_name() -> None:
    assert [one.name for one in create(["aging", "jobs"])] == ["aging", "jobs"]
    with pytest.raises(UnknownCollector, match="did you mean 'aging'"):
        create(["ageing"])


@pytest.mark.parametrize("kind", COLLECTORS, ids=lambda kind: kind.name)
def test_a_collector_runs_with_the_exporters_rights_in_a_read_only_snapshot(
    exporter_url: str, owner: Engine, kind: type[AreaCollector]
) -> None:
    with owner.begin() as connection:
        books = Books(connection)
        books.tenant()
        books.customer()
        books.write()
    engine = create_engine(exporter_url, EXPORTER)
    with read_only_snapshot(engine) as snapshot:
        assert contract.check(snapshot.connection, kind().relations) == []
        assert kind().collect(snapshot.connection, NOON) or kind.name == "jobs"
    engine.dispose()


@pytest.mark.parametrize("kind", COLLECTORS, ids=lambda kind: kind.name)
def test_a_collector_reads_only_the_relations_it_names_and_never_the_servers_clock(
    shared: Engine, kind: type[AreaCollector]
) -> None:
    statements: list[str] = []
    with shared.connect() as connection:
        event.listen(connection, "before_cursor_execute", lambda *of: statements.append(of[2].lower()))
        collector = kind()
        collector.collect(connection, NOON)
        named = {relation.name for relation in collector.relations}
    assert statements
    for statement in statements:
        assert not [word for word in ("now()", "current_date", "clock_timestamp") if word in statement]
        unnamed = set(metadata.tables) - named
        assert not [name for name in unnamed if f"from {name} " in statement or f"join {name} " in statement]


def test_one_company_sees_its_own_numbers_whatever_the_others_do(books: Books) -> None:
    for tenant_id in ("acme", "zeta"):
        books.tenant(tenant_id)
    books.invoice(books.customer("zeta"), (999, day(-5)), tenant_id="zeta")
    for collector in create(["aging", "lifecycle", "credit"]):
        for series in books.read(collector).values():
            assert not any(value for labels, value in series.items() if labels[0] == "acme")
