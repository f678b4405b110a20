"""The page about connecting an existing database: what the collectors read, column by column.

Its general part is a file beside this one.
"""

from __future__ import annotations

import re
from importlib import resources
from textwrap import fill
from typing import TYPE_CHECKING, Final

from sqlalchemy import CheckConstraint

from ledgerscope.catalogue import AREAS
from ledgerscope.catalogue.definitions import anchor
from ledgerscope.cli.database_findings import needed
from ledgerscope.store.contract import ACCEPTED
from ledgerscope.store.remedies import example_view
from ledgerscope.store.tables import metadata

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import Table

    from collectors.base import Collector
    from ledgerscope.store.contract import Column, Relation

__all__ = ["PAGE", "as_markdown"]

PAGE: Final = "docs/connecting.md"
WIDTH: Final = 120

_MEANINGS: Final = {
    "actor": "who did it; not read into any label",
    "approved_by": "who approved it",
    "at": "when it happened",
    "attempt": "number of the try, from 1",
    "amount_minor": "amount in minor units",
    "base_currency": "currency of the company's totals, ISO 4217",
    "code": "short name, unique in the company",
    "created_at": "exists from this instant on",
    "credit_hold": "whether the customer is on credit hold now",
    "currency": "ISO 4217 code of the amounts of the row",
    "day": "date from which the rate counts",
    "decided_at": "when the request was approved or rejected",
    "due_seq": "`seq` of the instalment that is settled",
    "duration_ms": "how long it took; null where it has no duration",
    "enqueued_at": "waits from this instant on; in the future where it is scheduled",
    "error_class": "class of the error of a failed try",
    "event_type": "what happened, for example `CustomerCreated`",
    "finished_at": "runs until this instant; null while it waits or runs",
    "from_currency": "currency that is converted",
    "from_id": "key of the payment, credit note or write-off",
    "from_kind": "what the money comes from",
    "interval_count": "number of intervals between two charges",
    "interval_unit": "unit of the interval between two charges",
    "issued_on": "counts from this date on",
    "job_name": "name of the job, served as a label: few values",
    "kind": "kind of the row",
    "labels": "label values of the counters it feeds, a JSON object",
    "n": "number of events",
    "name": "name for people; never a label value",
    "number": "number of the document, unique in the company",
    "occurred_at": "counted from this instant on",
    "queue": "name of the queue, served as a label: few values",
    "quantity": "number of units",
    "reason": "why, for people",
    "received_at": "instant of receipt; `received_on` decides",
    "recorded_at": "when the row was written",
    "refunded_on": "paid back from this date on",
    "requested_at": "when it was requested",
    "requested_by": "who requested it",
    "retired_at": "not sold from this instant on",
    "scale_max": "greatest score of the scale; 10 for NPS",
    "score": "answer of the respondent",
    "seq": "number of the instalment, from 1",
    "settings": "settings of the company, a JSON object; `{}` for none",
    "source": "way the row came in",
    "started_at": "begins at this instant",
    "state": "state of the try",
    "status": "status now",
    "sum_duration_ms": "sum of their durations",
    "sum_minor": "sum of their amounts in minor units",
    "tax_minor": "tax included in the total",
    "tenant_id": "company that the row belongs to",
    "terms_days": "days from issue to due date, for invoices without instalments",
    "tier": "tier of the plan, served as a label",
    "to_currency": "currency that it is converted into",
    "to_status": "status from then on",
    "trial_days": "length of the trial",
    "trial_end": "does not recur before this instant",
    "cancel_requested_at": "when the customer asked to cancel",
    "ended_at": "does not recur from this instant on",
    "faults": "0: nothing was found",
    "rows": "entries of the log",
    "sealed_at": "counts from this instant on",
    "verified_at": "instant of the proof",
    "voided_on": "counts for nothing from this date on",
    "written_off_on": "counts from this date on",
    "xid": "transaction that wrote the row; counters need it to count each event once",
}
"""What a column means where the schema has no comment on it: words that mean the same in every relation."""

_ALLOWED: Final = re.compile(r"(\w+) in \((.*)\)")


def as_markdown(collectors: Iterable[Collector]) -> str:
    """The page."""
    head = (resources.files(__package__) / "connecting_head.md").read_text(encoding="utf-8")
    relations = needed(collectors)
    index = "".join(
        f"| [`{name}`](#{name}) | {', '.join(areas)} |\n" for name, (_, areas) in relations.items()
    )
    sections = (_section(relation, areas) for relation, areas in relations.values())
    return f"{head}\n| relation | needed by the areas |\n| --- | --- |\n{index}\n" + "\n".join(sections)


def _section(relation: Relation, areas: Sequence[str]) -> str:
    table = metadata.tables[relation.name]
    rows = "".join(f"{_row(column, table)}\n" for column in relation.columns)
    titles = {
        area.name: f"[{area.title}](metrics.md#{anchor(f'{area.title} ({area.name})')})" for area in AREAS
    }
    needed_by = f"Needed by the metrics of {', '.join(titles[area] for area in areas)}."
    return (
        f"### {relation.name}\n\n{_wrapped(relation.meaning)}\n\n{_wrapped(needed_by)}\n\n"
        f"| column | type | also | null | meaning |\n| --- | --- | --- | --- | --- |\n{rows}\n"
        f"```sql\n{example_view(relation)}\n```\n"
    )


def _wrapped(text: str) -> str:
    return fill(text, WIDTH, break_long_words=False, break_on_hyphens=False)


def _row(column: Column, table: Table) -> str:
    kind = column.type.lower().replace("timestamp with time zone", "timestamptz")
    base = column.type.partition("(")[0]
    others = sorted(ACCEPTED[base] - {_CATALOGUE_NAMES.get(base, kind)})
    nullable = "yes" if table.c[column.name].nullable else ""
    meaning = "; ".join(_meaning(column, table)).replace("|", "\\|")
    return f"| `{column.name}` | {kind} | {', '.join(others)} | {nullable} | {meaning} |"


_CATALOGUE_NAMES: Final = {
    "BIGINT": "int8",
    "BIGINT[]": "_int8",
    "BOOLEAN": "bool",
    "CHAR": "bpchar",
    "INTEGER": "int4",
    "SMALLINT": "int2",
    "TIMESTAMP WITH TIME ZONE": "timestamptz",
}
"""What PostgreSQL's catalogue calls a type, where that is not its name in lower case."""


def _meaning(column: Column, table: Table) -> Iterator[str]:
    key = column.name.removesuffix("_id").replace("_", " ")
    of_key = f"key of the {key}" if column.name.endswith("_id") else ""
    yield column.meaning or _MEANINGS.get(column.name, "") or of_key
    if allowed := _allowed(table, column.name):
        yield f"one of {allowed}"


def _allowed(table: Table, column: str) -> str:
    """The words that our own schema accepts in the column."""
    for constraint in table.constraints:
        if isinstance(constraint, CheckConstraint):
            match = _ALLOWED.fullmatch(str(constraint.sqltext))
            if match and match[1] == column:
                return match[2].replace("'", "`")
    return ""
