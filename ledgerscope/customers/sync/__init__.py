"""Synchronisation with outside systems: schedules, claims, runs, workflows, health.

People direct it through `Syncs`; `Worker` carries it out. See ADR 0015.
"""

from __future__ import annotations

from ledgerscope.customers.sync.claims import LEASE, Claim, Claimed, Claims, Ended
from ledgerscope.customers.sync.health import Figures, Thresholds, health_score
from ledgerscope.customers.sync.outside import Feed, Outside
from ledgerscope.customers.sync.reading import (
    ListRuns,
    ListSchedules,
    ListWorkflows,
    RunPage,
    RunView,
    SchedulePage,
    ScheduleView,
    WorkflowPage,
    WorkflowView,
)
from ledgerscope.customers.sync.runs import Failure
from ledgerscope.customers.sync.syncs import MOST_CUSTOMERS, Health, RequestedMany, SyncDone, Syncs
from ledgerscope.customers.sync.worker import Limits, Report, Tally, Worker

__all__ = [
    "LEASE",
    "MOST_CUSTOMERS",
    "Claim",
    "Claimed",
    "Claims",
    "Ended",
    "Failure",
    "Feed",
    "Figures",
    "Health",
    "Limits",
    "ListRuns",
    "ListSchedules",
    "ListWorkflows",
    "Outside",
    "Report",
    "RequestedMany",
    "RunPage",
    "RunView",
    "SchedulePage",
    "ScheduleView",
    "SyncDone",
    "Syncs",
    "Tally",
    "Thresholds",
    "Worker",
    "WorkflowPage",
    "WorkflowView",
    "health_score",
]
