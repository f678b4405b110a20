"""Credit: how much of a limit is in use, and how bad it is to be over it.

No limit is unlimited and has no utilization; a limit of zero is used up by any customer that has it. Exposure
in a currency without a limit is measured against the customer's reference limit, at the rate of the day.
Source: docs/definitions.md, credit (ERPNext 10861, 33967; Tryton).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from ledgerscope.domain.money import EXPONENTS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = [
    "BUCKETS",
    "CRITICAL",
    "WARNING",
    "Measured",
    "bucket_of",
    "exposure",
    "measure",
    "severity",
    "utilization",
]

BUCKETS: Final = (
    ("0-25%", Fraction(1, 4)),
    ("25-50%", Fraction(1, 2)),
    ("50-75%", Fraction(3, 4)),
    ("75-100%", Fraction(1)),
    ("100%+", None),
)
"""Name and upper bound of each bucket; a bucket holds its lower bound and not its upper one."""

WARNING: Final = "warning"
CRITICAL: Final = "critical"
WARNING_UP_TO: Final = Fraction(110, 100)
"""Of the limit; above it a breach is critical."""


def exposure(open_minor: int, unallocated_minor: int, unbilled_minor: int = 0) -> int:
    """What a customer owes, net of its unallocated credits; unbilled orders count where policy says so."""
    return open_minor + unbilled_minor - unallocated_minor


def utilization(exposure_minor: int | Fraction, limit_minor: int | None) -> Fraction | None:
    """Share of the limit in use: None without a limit, 1 under a limit of zero, negative with credit left."""
    if limit_minor is None:
        return None
    return Fraction(exposure_minor) / limit_minor if limit_minor else Fraction(1)


@dataclass(frozen=True, slots=True)
class Measured:
    """A customer's exposure in minor units: by finite limit, and what no limit covers for want of a rate."""

    against: Mapping[str, Fraction]
    uncovered: Mapping[str, int]


def measure(
    exposures: Mapping[str, int],
    limits: Mapping[str, int | None],
    own_currency: str,
    rate: Callable[[str, str], Fraction | None],
) -> Measured:
    """Set exposures by currency against the limits in force, of which there is at least one."""
    reference = own_currency if own_currency in limits else min(limits)
    against = defaultdict(
        Fraction, {code: Fraction(0) for code, limit in limits.items() if limit is not None}
    )
    uncovered: dict[str, int] = {}
    for code, minor in exposures.items():
        target = code if code in limits else reference
        if limits[target] is None:
            continue
        if code == target:
            against[target] += minor
            continue
        factor = rate(code, target)
        if factor is None:
            uncovered[code] = minor
        else:
            against[target] += minor * factor * Fraction(10) ** (EXPONENTS[target] - EXPONENTS[code])
    return Measured(dict(against), uncovered)


def bucket_of(share: Fraction) -> str:
    """The bucket of a utilisation; less than nothing belongs to the first."""
    return next(name for name, upper in BUCKETS if upper is None or share < upper)


def severity(exposure_minor: int | Fraction, limit_minor: int | None) -> str | None:
    """How far an invoice took the customer over its limit; None when it did not."""
    if limit_minor is None or exposure_minor <= limit_minor:
        return None
    return WARNING if exposure_minor <= limit_minor * WARNING_UP_TO else CRITICAL
