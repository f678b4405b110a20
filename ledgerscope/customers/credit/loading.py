"""Limits and exposure of a customer, read from the database as of the company's day.

What is owed is summed from the documents themselves and not from the columns that triggers keep: those say
what counts in the end, but a cheque dated next week settles nothing yet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select, text

from ledgerscope.customers.credit.limits import LimitInForce
from ledgerscope.customers.credit.position import Exposure, Position, Quotes
from ledgerscope.domain.rates import MAX_AGE_DAYS, Quote
from ledgerscope.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import Connection, Row

    from ledgerscope.customers.decision import Moment
    from ledgerscope.store.records import Id

__all__ = ["load_exposures", "load_limits", "load_position"]

_EXPOSURES: Final = text("""
    with claim as (
        select invoice_id, currency, total_minor, issued_on, voided_on from invoice
        where tenant_id = :tenant and customer_id = :customer and status <> 'draft'
    ), given as (
        select 'payment' as kind, payment_id as id, currency, amount_minor, received_on as starts_on,
               reversed_on as ends_on
        from payment where tenant_id = :tenant and customer_id = :customer
        union all
        select 'credit_note', credit_note_id, currency, amount_minor, issued_on, voided_on
        from credit_note where tenant_id = :tenant and customer_id = :customer
        union all
        select 'write_off', write_off_id, currency, 0, written_off_on, null
        from write_off where tenant_id = :tenant and customer_id = :customer
    ), back as (
        select payment_id as id, amount_minor, reversed_on as day from payment_reversal
        where tenant_id = :tenant and payment_id in (select id from given where kind = 'payment')
        union all
        select coalesce(payment_id, credit_note_id), amount_minor, refunded_on from refund
        where tenant_id = :tenant and customer_id = :customer
    ), part as (
        select currency, total_minor as owed, 0::bigint as unused from claim
        where issued_on <= :day and (voided_on is null or voided_on > :day)
        union all
        select currency, 0, amount_minor from given
        where starts_on <= :day and (ends_on is null or ends_on > :day)
        union all
        select currency, 0, -back.amount_minor from back join given using (id)
        where day <= :day and starts_on <= :day and (ends_on is null or ends_on > :day)
        union all
        select claim.currency, -a.amount_minor,
            case when from_kind = 'write_off' then 0 else -a.amount_minor end
        from claim
        join allocation as a on a.tenant_id = :tenant and a.invoice_id = claim.invoice_id
        join given on given.id = a.from_id and given.kind = a.from_kind
        where greatest(a.effective_on, issued_on, starts_on) <= :day
            and coalesce(least(voided_on, ends_on) > :day, true)
    )
    select currency, sum(owed)::bigint as owed, sum(unused)::bigint as unused from part group by currency
""")


def load_exposures(connection: Connection, moment: Moment, customer_id: Id) -> dict[str, Exposure]:
    """What a customer owes and what is unallocated, by the currencies of its documents."""
    parameters = {"tenant": moment.tenant_id, "customer": customer_id, "day": moment.day}
    rows = connection.execute(_EXPOSURES, parameters)
    return {
        row.currency: Exposure(customer_id, row.currency, row.owed, row.unused)
        for row in rows
        if row.owed or row.unused
    }


def load_limits(connection: Connection, moment: Moment, customer_id: Id) -> dict[str, LimitInForce]:
    """The approved limits of a customer at the moment, by currency."""
    limit = t.credit_limit.c
    query = select(
        limit.currency, limit.credit_limit_id, limit.limit_minor, func.lower(limit.valid),
        func.upper(limit.valid),
    ).where(
        limit.tenant_id == moment.tenant_id,
        limit.customer_id == customer_id,
        limit.status == "approved",
        limit.valid.contains(moment.at),
    )  # fmt: skip
    return {row[0]: LimitInForce(row[1].hex, *row[2:]) for row in connection.execute(query)}


def load_position(connection: Connection, moment: Moment, customer: Row[Any], *codes: str) -> Position:
    """The position of a customer; `codes` are currencies that may come on top of those that it owes in."""
    customer_id: Id = customer.customer_id.hex
    limits = load_limits(connection, moment, customer_id)
    exposures = load_exposures(connection, moment, customer_id) if limits else {}
    owed = {code: exposure.minor for code, exposure in exposures.items()}
    foreign = {*owed, *codes} - set(limits)
    quotes = _load_quotes(connection, moment, {*foreign, *limits}) if limits and foreign else None
    return Position(customer_id, customer.currency, limits, owed, quotes)


def _load_quotes(connection: Connection, moment: Moment, codes: Iterable[str]) -> Quotes:
    company = connection.execute(
        select(t.tenant.c.base_currency, t.tenant.c.settings).where(t.tenant.c.tenant_id == moment.tenant_id)
    ).one()
    wanted, rate = {*codes, company.base_currency}, t.fx_rate.c
    query = select(rate.day, rate.from_currency, rate.to_currency, rate.rate).where(
        rate.tenant_id == moment.tenant_id,
        rate.day <= moment.day,
        rate.from_currency.in_(wanted),
        rate.to_currency.in_(wanted),
    )
    quotes = tuple(Quote(*row) for row in connection.execute(query))
    return Quotes(moment.day, company.base_currency, quotes, _max_age(company.settings))


def _max_age(settings: Mapping[str, Any]) -> int:
    """The company's own limit in days where its settings hold a whole number, else ours."""
    given = str(settings.get("fx_max_age_days"))
    return int(given) if given.isascii() and given.isdigit() and len(given) <= 6 else MAX_AGE_DAYS  # noqa: PLR2004 - as the collectors read it
