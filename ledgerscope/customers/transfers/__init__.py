"""Customers taken in from files and given out as files."""

from __future__ import annotations

from ledgerscope.customers.transfers.batches import Batch
from ledgerscope.customers.transfers.exports import ExportCustomers, ExportResult, Exports
from ledgerscope.customers.transfers.imports import Imports, ProblemPage
from ledgerscope.customers.transfers.problems import Problem
from ledgerscope.customers.transfers.request import Counts, ImportCustomers, ImportResult
from ledgerscope.customers.transfers.run import Watch
from ledgerscope.customers.transfers.undoing import Undone

__all__ = [
    "Batch",
    "Counts",
    "ExportCustomers",
    "ExportResult",
    "Exports",
    "ImportCustomers",
    "ImportResult",
    "Imports",
    "Problem",
    "ProblemPage",
    "Undone",
    "Watch",
]
