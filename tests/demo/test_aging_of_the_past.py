"""What is owed agrees with the ledger to the cent at any instant of the demo's history, as collected."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from collectors.aging import AgingCollector
from ledgerscope.catalogue import aging as catalogue
from ledgerscope.store.snapshots import read_only_snapshot
from tests.demo.conftest import UNTIL

if TYPE_CHECKING:
    from sqlalchemy import Engine

EIGHT_HOURS = [8 * n for n in range(6)]
MONTHS = [24 * days + 5 for days in (9, 31, 62, 90, 120, 200, 365, 500)]


@pytest.mark.parametrize("hours_ago", [*EIGHT_HOURS, *MONTHS])
def test_the_buckets_are_the_receivable_at_every_instant(loaded: Engine, hours_ago: int) -> None:
    as_of = UNTIL - timedelta(hours=hours_ago)
    sums: defaultdict[object, defaultdict[tuple[str, str], float]] = defaultdict(lambda: defaultdict(float))
    with read_only_snapshot(loaded) as snapshot:
        for reading in AgingCollector().collect(snapshot.connection, as_of):
            if isinstance(reading.value, float):  # amounts; counts are whole numbers
                tenant_id, *_, currency = reading.labels
                sums[reading.metric][tenant_id, currency] += reading.value
    buckets, ledger = sums[catalogue.OPEN_AMOUNT], sums[catalogue.RECEIVABLE]
    assert any(ledger.values())
    assert buckets == pytest.approx(ledger, abs=0.005)
