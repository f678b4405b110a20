"""Aging snapshots: what all customers owed on a day, kept and read back."""

from __future__ import annotations

from ledgerscope.customers.aging.agings import Agings, RefreshedAging
from ledgerscope.customers.aging.decision import RefreshAging
from ledgerscope.customers.aging.snapshots import AccountAging, AgingPage, Snapshot, SnapshotPage

__all__ = [
    "AccountAging",
    "AgingPage",
    "Agings",
    "RefreshAging",
    "RefreshedAging",
    "Snapshot",
    "SnapshotPage",
]
