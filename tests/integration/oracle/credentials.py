"""What opens customers' outside systems."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from tests.integration.oracle.values import INSTANT, Values, total

if TYPE_CHECKING:
    from datetime import timedelta

    from tests.integration.oracle.moment import Moment


def ages(now: Moment) -> list[timedelta]:
    existing = {row.customer_id for row in now.existing}
    return [
        now.t - row.valid.lower
        for row in now.company.of("credential")
        if row.customer_id in existing
        if row.valid.lower <= now.t and (row.valid.upper is None or now.t < row.valid.upper)
    ]


def oldest_credential(now: Moment) -> Values:
    found = ages(now)
    return {(): Fraction(max(found) // INSTANT, 1_000_000)} if found else {}


def customers_by_age(now: Moment) -> Values:
    def band(days: int) -> str:
        if days < 90:
            return "0-89"
        if days < 180:
            return "90-179"
        return "180-364" if days < 365 else "365+"

    return total(((band(age.days),), 1) for age in ages(now))
