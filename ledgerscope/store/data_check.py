"""What rows can say that no figure can make sense of: one named query per kind of fault.

The schema refuses most of it; an owner's load, or a view of another database, may still bring it. Faults of
single values in views are found by `value_check`. Each check says what is wrong, where, with an example, and
how to correct it. Run by `ledgerscope db check`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import CheckConstraint, text

from ledgerscope.store import tables as t
from ledgerscope.store.errors import InvalidData, MissingRelation, MissingRight

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Connection, Table

__all__ = ["CHECKS", "DataCheck", "Finding", "find"]


@dataclass(frozen=True, slots=True)
class DataCheck:
    """A kind of fault; `faults` is a query of (tenant_id, example), a row for each faulty row."""

    name: str
    what: str
    cure: str
    reads: tuple[Table, ...]
    faults: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault of a company: how many rows have it, and one of them."""

    check: DataCheck
    tenant_id: str
    rows: int
    example: str

    @property
    def message(self) -> str:
        """One line for the operator."""
        noun = "row" if self.rows == 1 else "rows"
        return (
            f"company {self.tenant_id}: {self.check.what} ({self.rows} {noun}, such as {self.example}); "
            f"{self.check.cure}"
        )


def find(connection: Connection, checks: Iterable[DataCheck] | None = None) -> Iterator[Finding]:
    """All findings, check by check; checks of relations or columns that the database lacks are left out."""
    for check in CHECKS if checks is None else checks:
        query = text(
            f"select tenant_id, count(*) as rows, min(example) as example from ({check.faults}) as fault "  # noqa: S608  # our own constants
            "group by tenant_id order by tenant_id"
        )
        savepoint = connection.begin_nested()
        try:
            rows = connection.execute(query).all()
        except (MissingRelation, MissingRight, InvalidData):
            savepoint.rollback()  # values that cannot be read are the business of `value_check`
            continue
        savepoint.commit()
        for row in rows:
            yield Finding(check, row.tenant_id, row.rows, row.example)


_SPANS: Final = """
    select a.tenant_id, a.invoice_id, a.due_seq, a.from_kind, a.from_id, a.amount_minor, starts_on, ends_on
    from allocation as a
    join invoice as i on (i.tenant_id, i.invoice_id) = (a.tenant_id, a.invoice_id)
    left join payment as p on (p.tenant_id, p.payment_id) = (a.tenant_id, a.payment_id)
    left join credit_note as n on (n.tenant_id, n.credit_note_id) = (a.tenant_id, a.credit_note_id)
    left join write_off as w on (w.tenant_id, w.write_off_id) = (a.tenant_id, a.write_off_id)
    cross join lateral (select
        greatest(a.effective_on, i.issued_on, p.received_on, n.issued_on, w.written_off_on),
        case when i.status = 'draft' then '-infinity' else least(i.voided_on, p.reversed_on, n.voided_on) end
    ) as span(starts_on, ends_on)
"""
"""The days between which each allocation counts; without an end it counts for good."""
_LASTING: Final = """
    coalesce(sum(s.amount_minor) filter (where s.ends_on is null), 0) as minor,
    max(coalesce(s.ends_on, s.starts_on)) filter (where s.ends_on is null or s.ends_on > s.starts_on) as day
"""
_KEPT: Final = "amount_minor, allocated_minor, used_up_on, changed_on"
_SETTLEMENT: Final = (
    t.invoice,
    t.invoice_due,
    t.allocation,
    t.payment,
    t.credit_note,
    t.write_off,
    t.payment_reversal,
    t.refund,
    t.write_off_reversal,
)


def _of_instalments(fault: str) -> str:
    return f"""
        with span as ({_SPANS}), summed as (
            select d.tenant_id, d.invoice_id, d.seq, {_LASTING}
            from invoice_due as d
            left join span as s on (s.tenant_id, s.invoice_id, s.due_seq) = (d.tenant_id, d.invoice_id, d.seq)
            group by d.tenant_id, d.invoice_id, d.seq
        )
        select tenant_id, concat('instalment ', seq, ' of invoice ', invoice_id) as example
        from summed join invoice_due as d using (tenant_id, invoice_id, seq) where {fault}
    """  # noqa: S608  # our own constants


def _of_sources(fault: str) -> str:
    return f"""
        with span as ({_SPANS}), source as (
            select tenant_id, 'payment' as kind, payment_id as id, {_KEPT} from payment
            union all select tenant_id, 'credit_note', credit_note_id, {_KEPT} from credit_note
            union all select tenant_id, 'write_off', write_off_id, {_KEPT} from write_off
        ), back as (
            select tenant_id, kind, id, sum(amount_minor) as minor, max(day) as day from (
                select tenant_id, 'payment' as kind, payment_id as id, amount_minor, reversed_on as day
                from payment_reversal
                union all select tenant_id, 'payment', payment_id, amount_minor, refunded_on
                from refund where payment_id is not null
                union all select tenant_id, 'credit_note', credit_note_id, amount_minor, refunded_on
                from refund where credit_note_id is not null
                union all select tenant_id, 'write_off', write_off_id, amount_minor, reversed_on
                from write_off_reversal
            ) as part group by tenant_id, kind, id
        ), given as (
            select s.tenant_id, s.from_kind as kind, s.from_id as id, {_LASTING}
            from span as s group by s.tenant_id, s.from_kind, s.from_id
        ), d as (
            select source.*, coalesce(given.minor, 0) as minor,
                   source.amount_minor - coalesce(back.minor, 0) as worth,
                   greatest(given.day, back.day) as day
            from source left join given using (tenant_id, kind, id) left join back using (tenant_id, kind, id)
        )
        select tenant_id, concat(replace(kind, '_', ' '), ' ', id) as example from d where {fault}
    """  # noqa: S608  # our own constants


CHECKS: Final[tuple[DataCheck, ...]] = (
    DataCheck(
        "unknown zone",
        "its time zone is not known to the database",
        "set tenant.timezone to a name from pg_timezone_names, such as Europe/Berlin",
        (t.tenant,),
        """
        select tenant_id, timezone as example from tenant
        where timezone not in (select name from pg_timezone_names)
        """,
    ),
    *(
        DataCheck(
            f"not finite: {table.name}",
            f"{table.name} has an infinite date or a number that is none",
            "write a finite value, or null for an open end",
            (table,),
            f"""
            select tenant_id, concat_ws(' ', {", ".join(c.name for c in table.primary_key)}) as example
            from {table.name} where not ({constraint.sqltext})
            """,  # noqa: S608  # our own constants
        )
        for table in t.metadata.sorted_tables
        for constraint in table.constraints
        if "tenant_id" in table.c
        and isinstance(constraint, CheckConstraint)
        and "finite" in str(constraint.name)
    ),
    DataCheck(
        "price",
        "a subscription version has another price than its plan",
        "correct subscription_version.mrr, quantity or discount; the price of the plan is served",
        (t.subscription_version, t.plan),
        """
        select v.tenant_id, concat('version ', v.version_id) as example
        from subscription_version as v join plan as p using (tenant_id, plan_id)
        cross join lateral (select p.amount_minor * v.quantity * (1 - v.discount) / p.interval_count
            * case p.interval_unit when 'day' then 365.0 / 12 when 'week' then 52.0 / 12 when 'month' then 1
                when 'quarter' then 1.0 / 3 when 'half_year' then 1.0 / 6 when 'year' then 1.0 / 12 end
        ) as price(minor)
        where v.currency <> p.currency or abs(v.mrr - round(price.minor, 6)) >= v.quantity
        """,
    ),
    DataCheck(
        "open version",
        "a subscription version goes on after its subscription ended or was paused",
        "end subscription_version.valid when the subscription ends or pauses; it is not counted after that",
        (t.subscription_version, t.subscription),
        """
        select v.tenant_id, concat('version ', v.version_id) as example
        from subscription_version as v join subscription as s using (tenant_id, subscription_id)
        where s.status = 'paused' and upper(v.valid) is null
            or s.status = 'ended' and (upper(v.valid) is null or upper(v.valid) > s.ended_at)
        """,
    ),
    DataCheck(
        "instalments",
        "the instalments of an invoice do not add up to its total",
        "write the instalments that are missing; until then the difference belongs to the last one",
        (t.invoice, t.invoice_due),
        """
        select i.tenant_id, concat('invoice ', i.invoice_id) as example
        from invoice as i left join invoice_due as d using (tenant_id, invoice_id)
        where i.status <> 'draft' and i.tenant_id in (select tenant_id from invoice_due)
        group by i.tenant_id, i.invoice_id, i.total_minor
        having i.total_minor <> coalesce(sum(d.amount_minor), 0)
        """,
    ),
    DataCheck(
        "instalment over-allocated",
        "more is allocated to an instalment than its amount",
        "reverse a part of its allocations",
        _SETTLEMENT,
        _of_instalments("summed.minor > d.amount_minor"),
    ),
    DataCheck(
        "source over-allocated",
        "more is allocated from a payment, credit note or write-off than it is worth",
        "reverse a part of its allocations",
        _SETTLEMENT,
        _of_sources("minor > worth"),
    ),
    DataCheck(
        "lost side",
        "an allocation has no instalment, no source, or joins two currencies",
        "correct the view or the load that provides it",
        _SETTLEMENT,
        """
        select a.tenant_id, concat('allocation ', a.allocation_id) as example
        from allocation as a
        left join invoice as i on (i.tenant_id, i.invoice_id) = (a.tenant_id, a.invoice_id)
        left join invoice_due as d
            on (d.tenant_id, d.invoice_id, d.seq) = (a.tenant_id, a.invoice_id, a.due_seq)
        left join payment as p on a.from_kind = 'payment'
            and (p.tenant_id, p.payment_id, a.payment_id) = (a.tenant_id, a.from_id, a.from_id)
        left join credit_note as n on a.from_kind = 'credit_note'
            and (n.tenant_id, n.credit_note_id, a.credit_note_id) = (a.tenant_id, a.from_id, a.from_id)
        left join write_off as w on a.from_kind = 'write_off'
            and (w.tenant_id, w.write_off_id, a.write_off_id) = (a.tenant_id, a.from_id, a.from_id)
        where i.currency is distinct from coalesce(p.currency, n.currency, w.currency)
            or d.seq is null and exists (
                select from invoice_due as other
                where (other.tenant_id, other.invoice_id) = (a.tenant_id, a.invoice_id))
        """,
    ),
    DataCheck(
        "kept total",
        "invoice.missing_minor is not the total less the instalments",
        "update it to null; it is then summed by each run",
        (t.invoice, t.invoice_due),
        """
        select i.tenant_id, concat('invoice ', i.invoice_id) as example
        from invoice as i left join invoice_due as d using (tenant_id, invoice_id)
        group by i.tenant_id, i.invoice_id, i.total_minor, i.missing_minor
        having i.missing_minor <> i.total_minor - coalesce(sum(d.amount_minor), 0)
        """,
    ),
    DataCheck(
        "copies of invoices",
        "customer_id, currency, owed_from or owed_until of an instalment is not what its invoice says",
        "run: update invoice_due set owed_from = owed_from; in a view, take them from the invoice",
        (t.invoice, t.invoice_due),
        """
        select d.tenant_id, concat('instalment ', d.seq, ' of invoice ', d.invoice_id) as example
        from invoice_due as d left join invoice as i using (tenant_id, invoice_id)
        where i.invoice_id is null or i.missing_minor = 0
            and (d.customer_id, d.currency, d.owed_from, d.owed_until) is distinct from (
                i.customer_id, i.currency, case when i.status <> 'draft' then i.issued_on end, i.voided_on)
        """,
    ),
    DataCheck(
        "kept sums of instalments",
        "invoice_due.allocated_minor, settled_on or changed_on is not what the allocations say",
        "run: select ledgerscope_keep_instalments(array_agg(tenant_id), array_agg(invoice_id), "
        "array_agg(seq)) from invoice_due",
        _SETTLEMENT,
        _of_instalments("""d.allocated_minor is not null and (d.allocated_minor <> summed.minor
            or d.settled_on is distinct from case when summed.minor = d.amount_minor then summed.day end
            or d.changed_on is distinct from case when summed.minor <> d.amount_minor then summed.day end
            )"""),
    ),
    DataCheck(
        "kept sums of sources",
        "allocated_minor, used_up_on or changed_on of a payment, credit note or write-off is not what the "
        "allocations say",
        "run for each kind: select ledgerscope_keep_sources('payment', array_agg(tenant_id), "
        "array_agg(payment_id)) from payment",
        _SETTLEMENT,
        _of_sources("""allocated_minor is not null and (allocated_minor <> minor
            or used_up_on is distinct from case when minor = worth then day end
            or changed_on is distinct from case when minor <> worth then day end)"""),
    ),
)
"""Every check, in the order of the report."""
