"""On the rows of every worked example, the collectors and the second opinion agree about every series."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from collectors.registry import create as create_collectors
from tests.docs.business import Business, read
from tests.docs.test_definitions import EXAMPLES, connection, shared  # noqa: F401 - fixtures
from tests.integration import oracle

if TYPE_CHECKING:
    from sqlalchemy import Connection

AROUND = (timedelta(0), timedelta(microseconds=-1), timedelta(microseconds=1), timedelta(days=31))


@pytest.mark.parametrize("source", EXAMPLES)
def test_every_series_agrees(source: str, connection: Connection) -> None:  # noqa: F811 - the fixture
    business = Business(connection, read(source))
    business.write()
    companies = oracle.read(connection)
    found = [
        f"{at}: {line}"
        for instant in read(source)["expect"]
        for at in (business.instant(instant) + shift for shift in AROUND)
        for line in disagreements(connection, companies, at)
    ]
    assert found == []


def disagreements(connection: Connection, companies: Any, as_of: datetime) -> list[str]:  # noqa: F811
    served: dict[str, dict[tuple[str, ...], Any]] = defaultdict(dict)
    for collector in create_collectors():
        for one in collector.collect(connection, as_of):
            if isinstance(one.value, float | int):
                served[one.metric.name][one.labels] = one.value
            else:
                served[f"{one.metric.name}_count"][one.labels] = one.value.count
                served[f"{one.metric.name}_sum"][one.labels] = one.value.sum
    wanted = oracle.expected(companies, as_of)
    return [
        line
        for name, values in wanted.items()
        if not name.endswith("_bucket")
        for line in oracle.differences(name, served[name], values)
    ]
