"""CSAT: the share of satisfied respondents, on any scale: those who answer in its top two fifths."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["csat", "is_satisfied"]


def is_satisfied(score: int, scale_max: int) -> bool:
    """Whether an answer is above 60 % of its scale: 4 and 5 of 5, 5 to 7 of 7, 7 to 10 of 10."""
    return 5 * score > 3 * scale_max


def csat(answers: Iterable[tuple[int, int]]) -> float | None:
    """Percent of satisfied answers, each a score and the maximum of its scale; None without answers."""
    given = tuple(answers)
    return 100 * sum(is_satisfied(*answer) for answer in given) / len(given) if given else None
