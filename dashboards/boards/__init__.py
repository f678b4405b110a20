"""The boards: one per area, each in a file named as its area."""

from __future__ import annotations

from dashboards.boards import aging, churn, credit, exporter, jobs, lifecycle, revenue, satisfaction

__all__ = ["BOARDS"]

BOARDS = (
    lifecycle.BOARD,
    credit.BOARD,
    aging.BOARD,
    revenue.BOARD,
    churn.BOARD,
    satisfaction.BOARD,
    jobs.BOARD,
    exporter.BOARD,
)
