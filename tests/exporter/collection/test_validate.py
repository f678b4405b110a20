"""Only what the catalogue allows is served."""

from __future__ import annotations

import pytest

from collectors.base import Reading
from exporter.collection.validate import validate
from exporter.errors import InvalidReadings
from ledgerscope.catalogue import aging, jobs
from tests.exporter.doubles import SqlCollector, aging_collector

OPEN = SqlCollector("aging", metric=aging.OPEN_INVOICES)
BUCKET = aging.OPEN_INVOICES.label("bucket").values[0]


def test_legal_readings_pass() -> None:
    validate(OPEN, [Reading(aging.OPEN_INVOICES, ("acme", BUCKET), 1.0)], tenants=1)
    validate(OPEN, [], tenants=1)


@pytest.mark.parametrize(
    ("collector", "readings", "message"),
    [
        (
            aging_collector(),
            [Reading(jobs.QUEUE_DEPTH, ("acme", "q"), 1.0)],
            "aging emitted telecom_billing_queue_depth, which it does not declare; it has",
        ),
        (
            OPEN,
            [Reading(aging.OPEN_INVOICES, ("acme", "soon"), 1.0)],
            "customer_aging_open_invoices: label bucket has the value 'soon'; the catalogue knows",
        ),
        (
            OPEN,
            [Reading(aging.OPEN_INVOICES, ("acme", BUCKET), value) for value in (1.0, 2.0)],
            "customer_aging_open_invoices{acme, .*} is given twice",
        ),
        (
            OPEN,
            [Reading(aging.OPEN_INVOICES, (company, BUCKET), 1.0) for company in ("a", "b")],
            "about 2 companies, the setting tenants.limit allows 1",
        ),
    ],
)
def test_others_are_refused_with_what_is_wrong(
    collector: SqlCollector, readings: list[Reading], message: str
) -> None:
    with pytest.raises(InvalidReadings, match=message):
        validate(collector, readings, tenants=1)
