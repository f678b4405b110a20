"""Credit: how much of a limit is in use, and how bad it is to be over it.

No limit is unlimited and has no utilisation; a limit of zero is used up by any customer that has it.
Source: definitions.md, credit utilisation (ERPNext 10861, 33967; Tryton); buckets: requirements.md A9.14,
A9.15.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final

__all__ = ["BUCKETS", "CRITICAL", "WARNING", "bucket_of", "exposure", "severity", "utilization"]

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


def utilization(exposure_minor: int, limit_minor: int | None) -> Fraction | None:
    """Share of the limit in use: None without a limit, 1 under a limit of zero, negative with credit left."""
    if limit_minor is None:
        return None
    return Fraction(exposure_minor, limit_minor) if limit_minor else Fraction(1)


def bucket_of(share: Fraction) -> str:
    """The bucket of a utilisation; less than nothing belongs to the first."""
    return next(name for name, upper in BUCKETS if upper is None or share < upper)


def severity(exposure_minor: int, limit_minor: int | None) -> str | None:
    """How far an invoice took the customer over its limit; None when it did not."""
    if limit_minor is None or exposure_minor <= limit_minor:
        return None
    return WARNING if exposure_minor <= limit_minor * WARNING_UP_TO else CRITICAL
