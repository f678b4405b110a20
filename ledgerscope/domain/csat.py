"""CSAT: the share of satisfied answers. Source: definitions.md, CSAT (Intercom 9647540, Delighted 240)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["SCALE_MAX", "csat"]

SCALE_MAX: Final = 5
SATISFIED_FROM: Final = 4


def csat(scores: Iterable[int]) -> float | None:
    """Percent of answers of 4 or 5 on a scale of 1 to 5; None without answers, as zero would be the worst."""
    given = tuple(scores)
    return 100 * sum(score >= SATISFIED_FROM for score in given) / len(given) if given else None
