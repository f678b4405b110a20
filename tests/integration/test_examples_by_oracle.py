"""On the rows of every worked example, the collectors and the second opinion agree about every series."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.docs.business import Business, read
from tests.docs.test_definitions import EXAMPLES, connection  # noqa: F401 - the fixture
from tests.integration import oracle
from tests.integration.agreement import disagreements
from tests.thoroughness import sample

if TYPE_CHECKING:
    from sqlalchemy import Connection

AROUND = (timedelta(0), timedelta(microseconds=-1), timedelta(microseconds=1), timedelta(days=31))


@pytest.mark.parametrize("source", sample(EXAMPLES, 8))
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
