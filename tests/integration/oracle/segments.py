"""Who is in which segment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.integration.oracle.values import Values, total

if TYPE_CHECKING:
    from tests.integration.oracle.moment import Moment


def segment_members(now: Moment) -> Values:
    existing = {row.customer_id for row in now.existing}
    return total(
        ((row.segment,), 1)
        for row in now.company.of("segment_assignment")
        if row.customer_id in existing
        if row.valid.lower <= now.t and (row.valid.upper is None or now.t < row.valid.upper)
    )
