"""What a company does beside its customers: background work, transfers, marketing, rates, daily routine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledgerscope.demo.operations.jobs import write_jobs
from ledgerscope.demo.operations.routine import write_routine
from ledgerscope.demo.operations.transfers import write_transfers

if TYPE_CHECKING:
    from ledgerscope.demo.companies import Company
    from ledgerscope.demo.history.agenda import Era
    from ledgerscope.store.changes_batch import Batch

__all__ = ["write_operations"]


def write_operations(seed: int, company: Company, batch: Batch, era: Era, size: float) -> None:
    """Everything of a company that belongs to no single customer; a size of 1 is that of its profile."""
    write_jobs(seed, company, batch, era, size)
    write_transfers(seed, company, batch, era)
    write_routine(seed, company, batch, era)
