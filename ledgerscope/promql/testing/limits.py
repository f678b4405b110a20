"""How often the rules of one test may be evaluated: more is a slip of the pen, and would run for hours."""

from __future__ import annotations

from ledgerscope.promql.text.durations import format_duration

MOST_EVALUATIONS = 10_000_000
"""Nineteen years, minute by minute."""


def too_many(until_ms: int, interval_ms: int) -> str:
    """Why rules cannot be evaluated that far from the start of a test; empty where they can."""
    count = until_ms // interval_ms + 1
    if count <= MOST_EVALUATIONS:
        return ""
    return (
        f"up to {format_duration(until_ms)} the rules would be evaluated {count:,} times,"
        f" once every {format_duration(interval_ms)}; at most {MOST_EVALUATIONS:,} times are possible"
    )
