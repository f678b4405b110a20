"""Exchange rates of a day as a relation: for each company, every pair of currencies that its quotes connect.

The pure twin is `ledgerscope.domain.rates`. An inverted rate has forty decimals; whoever compares converted
amounts with a bound rounds them to `CONVERTED_DECIMALS` first.
Source: docs/definitions.md, exchange rates.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Integer, Numeric, and_, case, cast, exists, literal, select, union_all
from sqlalchemy.dialects.postgresql import distinct_on

from ledgerscope.domain.rates import MAX_AGE_DAYS
from ledgerscope.store.tables import fx_rate, tenant

if TYPE_CHECKING:
    from sqlalchemy import CTE, ColumnElement
    from sqlalchemy.sql.selectable import NamedFromClause

__all__ = ["CONVERTED_DECIMALS", "exchange_rates"]

CONVERTED_DECIMALS: Final = 12
"""More than any currency has, and far fewer than an inverted rate is exact to."""
_ONE: Final = cast(literal("1." + 40 * "0"), Numeric)


def exchange_rates(clock: NamedFromClause, day: ColumnElement[Any], name: str = "rate") -> CTE:
    """(tenant_id, from_currency, to_currency, rate) on `day`, a column of the clock; never of one currency.

    `tenant` and `fx_rate` have to be among what the collector reads. Use another `name` for another day of
    the same statement.
    """
    quoted = _quoted(clock, day, f"{name}_quoted")
    first, second, direct = quoted.alias(), quoted.alias(), quoted.alias()
    keys = "tenant_id", "from_currency", "to_currency"
    through_base = (
        select(first.c.tenant_id, first.c.from_currency, second.c.to_currency, first.c.rate * second.c.rate)
        .join_from(
            clock,
            first,
            and_(first.c.tenant_id == clock.c.tenant_id, first.c.to_currency == clock.c.base_currency),
        )
        .join(
            second,
            and_(second.c.tenant_id == clock.c.tenant_id, second.c.from_currency == clock.c.base_currency),
        )
        .where(
            first.c.from_currency != second.c.to_currency,
            ~exists(1).where(
                direct.c.tenant_id == first.c.tenant_id,
                direct.c.from_currency == first.c.from_currency,
                direct.c.to_currency == second.c.to_currency,
            ),
        )
    )
    return union_all(select(*(quoted.c[key] for key in keys), quoted.c.rate), through_base).cte(name)


def _quoted(clock: NamedFromClause, day: ColumnElement[Any], name: str) -> CTE:
    """The latest quote of each pair, in either direction; the direct one where both are of the same day."""
    counts = and_(fx_rate.c.day <= day, day - fx_rate.c.day <= _max_age())
    of_company = (
        select(
            fx_rate.c.tenant_id, fx_rate.c.day, fx_rate.c.from_currency, fx_rate.c.to_currency, fx_rate.c.rate
        )
        .join_from(clock, tenant, tenant.c.tenant_id == clock.c.tenant_id)
        .join(fx_rate, fx_rate.c.tenant_id == clock.c.tenant_id)
        .where(counts, fx_rate.c.from_currency != fx_rate.c.to_currency)
        .cte(f"{name}_row")
    )
    row = of_company.c
    both = union_all(
        select(
            row.tenant_id, row.from_currency, row.to_currency, row.day, row.rate, literal(0).label("inverted")
        ),
        select(row.tenant_id, row.to_currency, row.from_currency, row.day, _ONE / row.rate, literal(1)),
    ).subquery(f"{name}_both_ways")
    keys = both.c.tenant_id, both.c.from_currency, both.c.to_currency
    return (
        select(*keys, both.c.rate)
        .ext(distinct_on(*keys))
        .order_by(*keys, both.c.day.desc(), both.c.inverted)
        .cte(name)
    )


def _max_age() -> ColumnElement[int]:
    """The company's own limit in days where its settings hold a whole number, else ours."""
    given = tenant.c.settings["fx_max_age_days"].astext
    return case((given.regexp_match("^[0-9]{1,6}$"), cast(given, Integer)), else_=MAX_AGE_DAYS)
