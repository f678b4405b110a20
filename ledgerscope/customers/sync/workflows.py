"""Workflows as they were read, against those that are stored: new, changed, gone and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledgerscope.store.changes import Changes, Update
from ledgerscope.store.records import StoredWorkflow

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from ledgerscope.customers.zuora import Workflow
    from ledgerscope.store.records import Id, Record

__all__ = ["Filters", "Kept", "Known", "fields_of", "store_workflows"]


@dataclass(frozen=True, slots=True)
class Filters:
    """Which workflows are kept: those in one of the states (none: in any) whose name contains a text."""

    states: tuple[str, ...] = ()
    name_contains: str | None = None

    def keep(self, workflow: Workflow) -> bool:
        """Whether a workflow is kept."""
        if self.states and workflow.state not in self.states:
            return False
        return self.name_contains is None or self.name_contains.casefold() in workflow.name.casefold()


@dataclass(frozen=True, slots=True)
class Known:
    """A stored workflow: the fields that the outside system gives, and since when it is gone."""

    fields: Mapping[str, str | None]
    gone_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """What changes in the store, and how many workflows it then has that are there."""

    changes: Changes
    records: int


def fields_of(workflow: Workflow) -> dict[str, str | None]:
    """The columns that the outside system gives."""
    return {
        "name": workflow.name,
        "state": workflow.state,
        "description": workflow.description,
        "version": workflow.version,
        "triggers": " ".join(workflow.triggers),
        "run_interval": workflow.interval,
        "outside_created_at": workflow.created_at,
        "outside_updated_at": workflow.updated_at,
    }


def store_workflows(
    place: tuple[str, Id],
    read: Iterable[Workflow],
    known: Mapping[str, Known],
    filters: Filters,
    at: datetime,
) -> Kept:
    """The rows that differ of a company's customer (`place`); what was not read, or is not kept, is gone."""
    met = {each.workflow_id: fields_of(each) for each in read if filters.keep(each)}
    rows: list[Record | Update] = []
    for workflow_id, fields in met.items():
        before = known.get(workflow_id)
        if before is None:
            rows.append(StoredWorkflow(*place, workflow_id, **fields, first_seen_at=at, changed_at=at))  # type: ignore[arg-type] # name, state and triggers are texts
        elif before.gone_at is not None or dict(before.fields) != fields:
            rows.append(
                Update(StoredWorkflow, (*place, workflow_id), {**fields, "changed_at": at, "gone_at": None})
            )
    rows.extend(
        Update(StoredWorkflow, (*place, workflow_id), {"gone_at": at})
        for workflow_id, before in known.items()
        if workflow_id not in met and before.gone_at is None
    )
    return Kept(Changes(tuple(rows)), len(met))
