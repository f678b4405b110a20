"""What recurs, since when and until when: the common ground of revenue, churn and tiers.

`_terms` is the one place that decides it, from version, plan, subscription and customer together: a version
recurs from `begins` until before `ends` where its `price` is greater than zero. Everything else follows from
these three. The pure twin is `ledgerscope.domain.mrr`.

Most customers do not change within a window. So questions about all of them are asked of the versions of the
window, and the whole history is read only of the customers that changed.

Definition: docs/definitions.md, "Recurring revenue".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import DateTime, Numeric, and_, case, cast, func, literal, or_, select, union_all

from collectors.clock import WINDOWS, clock, instant, longest_window, window_start
from collectors.rates import exchange_rates
from ledgerscope.domain.mrr import INTERVALS_PER_MONTH
from ledgerscope.store.tables import currencies, customer, fx_rate, plan, subscription
from ledgerscope.store.tables import subscription_version as version

if TYPE_CHECKING:
    from sqlalchemy import CTE, ColumnElement, FromClause, Select, Table
    from sqlalchemy.sql.selectable import NamedFromClause

__all__ = ["END", "INSTANTS", "READS", "earliest_start", "history", "in_base_currency", "recent", "start_of"]

END: Final = "at_end"
"""The name of the column that says whether something holds at `as_of`."""
READS: Final[tuple[Table, ...]] = (version, plan, subscription, customer, fx_rate)
"""What the queries of recurring revenue and of its value read."""
EVER: Final = cast(literal("-infinity"), DateTime(timezone=True))
FOREVER: Final = cast(literal("infinity"), DateTime(timezone=True))


def start_of(window: str) -> str:
    """The name of the column that says whether something held just before the start of a window."""
    return f"at_start_{window}"


INSTANTS: Final = (END, *map(start_of, WINDOWS))
"""The names of all columns that say whether something holds at an instant."""


def earliest_start(clock: NamedFromClause) -> ColumnElement[Any]:
    """The start of the window that reaches back the furthest."""
    return func.least(*(window_start(clock, window) for window in WINDOWS))


def recent() -> CTE:
    """Versions that recur at an instant of the longest window, with their tier: at which of the instants.

    `changed` says whether the version begins or ends to recur within the window.
    """
    now = clock()
    source = now.join(version, version.c.tenant_id == now.c.tenant_id)
    price = _kept(_plan_prices(), "recent_plan")
    terms = (
        _terms(source, price, _agreements().subquery(), _deletions().subquery())
        .where(version.c.valid.overlaps(longest_window()))
        .subquery("recent_term")
    )
    calendar = clock()
    begins, ends, since = terms.c.begins, terms.c.ends, earliest_start(calendar)
    held = {
        END: and_(begins <= instant(), ends > instant()),
        **{
            start_of(w): and_(begins < window_start(calendar, w), ends >= window_start(calendar, w))
            for w in WINDOWS
        },
    }
    changed = or_(*(edge.between(since, instant()) for edge in (begins, ends)))
    query = (
        select(
            *(terms.c[name] for name in ("tenant_id", "customer_id", "tier", "currency", "price")),
            *(condition.label(name) for name, condition in held.items()),
            changed.label("changed"),
        )
        .join_from(calendar, terms, terms.c.tenant_id == calendar.c.tenant_id)
        .where(_recurs(terms))
    )
    return _kept(query, "recent")


def history(recent: CTE) -> CTE:
    """Every step of the customers that changed within the longest window: one row per currency and instant.

    `price` and `versions` are by how much recurs from then on, `resumable` by how many subscriptions that
    would make the customer paused if it paid nothing.
    """
    names = "tenant_id", "customer_id"
    changed = select(*(recent.c[name] for name in names)).distinct().where(recent.c.changed).cte("changed")
    source = changed.join(version, and_(*(version.c[name] == changed.c[name] for name in names)))
    price = _kept(_plan_prices(), "history_plan")
    agreement, deleted = _kept(_agreements(), "agreement"), _kept(_deletions(), "deleted")
    terms = _kept(_terms(source, price, agreement, deleted), "history_term")
    edge = union_all(*_price_edges(terms), *_pause_edges(terms)).subquery("edge")
    keys = edge.c.tenant_id, edge.c.customer_id, edge.c.currency, edge.c.at
    counted = (func.sum(edge.c[name]).label(name) for name in ("price", "versions", "resumable"))
    steps = select(*keys, *counted).where(edge.c.at <= instant()).group_by(*keys)
    return _kept(steps, "step")


def in_base_currency(day: str, name: str) -> CTE:
    """(tenant_id, currency, rate): what a minor unit is worth in major units of the company's currency.

    `day` names a column of the clock. Currencies without a rate are not listed.
    """
    now = clock()
    quoted = exchange_rates(now, now.c[day], f"{name}_quoted")
    own = clock()
    major = union_all(
        select(quoted.c.tenant_id, quoted.c.from_currency.label("currency"), quoted.c.rate).join_from(
            own,
            quoted,
            and_(quoted.c.tenant_id == own.c.tenant_id, quoted.c.to_currency == own.c.base_currency),
        ),
        select(own.c.tenant_id, own.c.base_currency, cast(1, Numeric)),
    ).subquery(f"{name}_major")
    minor = major.c.rate * func.power(cast(10, Numeric), -currencies.c.exponent)
    return (
        select(major.c.tenant_id, major.c.currency, minor.label("rate"))
        .join_from(major, currencies, currencies.c.code == major.c.currency)
        .cte(name)
    )


def _price_edges(terms: CTE) -> tuple[Select[Any], Select[Any]]:
    """Each version begins to recur, and ceases to."""
    keys = terms.c.tenant_id, terms.c.customer_id, terms.c.currency
    begins = select(
        *keys,
        terms.c.begins.label("at"),
        terms.c.price.label("price"),
        literal(1).label("versions"),
        literal(0).label("resumable"),
    )
    ends = select(*keys, terms.c.ends, -terms.c.price, literal(-1), literal(0))
    return begins.where(_recurs(terms)), ends.where(_recurs(terms))


def _pause_edges(terms: CTE) -> tuple[Select[Any], Select[Any]]:
    """Each subscription can be resumed once it has recurred, and cannot from its end.

    It ends where it ended, was asked to be cancelled, or its customer was deleted. Where nothing says that it
    goes on (it is paused now, or has an end that is yet to come), that is until its last version begins.
    """
    keys = terms.c.tenant_id, terms.c.customer_id
    goes_on = or_(terms.c.status == "paused", terms.c.ended_at.is_not(None))
    ends = func.least(terms.c.ended_at, terms.c.cancel_requested_at, terms.c.deleted_at, FOREVER)
    waits = (
        select(
            *keys,
            func.min(terms.c.begins).filter(_recurs(terms)).label("begins"),
            func.min(case((goes_on, ends))).label("ends"),
            func.least(func.min(ends), func.max(terms.c.version_begins)).label("last"),
            func.min(terms.c.currency).label("currency"),
        )
        .group_by(*keys, terms.c.subscription_id)
        .cte("wait")
    )
    until = func.coalesce(waits.c.ends, waits.c.last)
    found = waits.c.tenant_id, waits.c.customer_id, waits.c.currency
    zero = cast(0, Numeric), literal(0)
    is_ever = waits.c.begins < until
    return (
        select(*found, waits.c.begins, *zero, literal(1)).where(is_ever),
        select(*found, until, *zero, literal(-1)).where(is_ever),
    )


def _terms(source: FromClause, price: FromClause, agreement: FromClause, deleted: FromClause) -> Select[Any]:
    """Versions as they were agreed: their price a month in the plan's currency, and when it recurs.

    Of subscriptions and customers only those are joined of which there is more to know: mostly few.
    """
    joined = source.outerjoin(price, _same(version, price, "plan_id"))
    joined = joined.outerjoin(agreement, _same(version, agreement, "subscription_id"))
    joined = joined.outerjoin(deleted, _same(version, deleted, "customer_id"))
    of_plan = price.c.monthly * version.c.quantity * (1 - version.c.discount)
    off = func.abs(version.c.mrr - func.round(of_plan, 6))  # a third of a price is not exact in numeric
    is_rounding = and_(version.c.currency == price.c.currency, off < version.c.quantity)
    nothing = or_(price.c.metered, agreement.c.status == "trialing")
    begins = func.greatest(func.coalesce(func.lower(version.c.valid), EVER), agreement.c.trial_end)
    ends = func.least(func.upper(version.c.valid), agreement.c.ended_at, deleted.c.deleted_at, FOREVER)
    return (
        select(
            *(version.c[key] for key in ("tenant_id", "customer_id", "subscription_id")),
            price.c.tier,
            price.c.currency,
            case((nothing, cast(0, Numeric)), (is_rounding, version.c.mrr), else_=of_plan).label("price"),
            begins.label("begins"),
            ends.label("ends"),
            func.coalesce(func.lower(version.c.valid), EVER).label("version_begins"),
            *(agreement.c[key] for key in ("status", "ended_at", "cancel_requested_at")),
            deleted.c.deleted_at,
        )
        .select_from(joined)
        .offset(0)  # a fence for the planner: the price is computed once per version
    )


def _recurs(terms: FromClause) -> ColumnElement[bool]:
    return and_(terms.c.price > 0, terms.c.begins < terms.c.ends)


def _plan_prices() -> Select[Any]:
    """What a unit of each plan costs a month."""
    now = clock()
    factor = case(
        *(
            (plan.c.interval_unit == unit, cast(share.numerator, Numeric) / share.denominator)
            for unit, share in INTERVALS_PER_MONTH.items()
        )
    )
    monthly = plan.c.amount_minor * factor / plan.c.interval_count
    return select(
        *(plan.c[key] for key in ("tenant_id", "plan_id", "tier", "currency", "metered")),
        monthly.label("monthly"),
    ).join_from(now, plan, plan.c.tenant_id == now.c.tenant_id)


def _agreements() -> Select[Any]:
    """Subscriptions of which there is more to know than that they run."""
    at = subscription.c
    known = (column.is_not(None) for column in (at.trial_end, at.ended_at, at.cancel_requested_at))
    return select(
        at.tenant_id, at.subscription_id, at.status, at.trial_end, at.ended_at, at.cancel_requested_at
    ).where(or_(at.status.in_(("trialing", "paused")), *known))


def _deletions() -> Select[Any]:
    return select(customer.c.tenant_id, customer.c.customer_id, customer.c.deleted_at).where(
        customer.c.deleted_at.is_not(None)
    )


def _kept(query: Select[Any], name: str) -> CTE:
    """Computed once, and joined by a hash whatever the planner expects of the rest."""
    return query.cte(name).prefix_with("MATERIALIZED")


def _same(one: FromClause, other: FromClause, key: str) -> ColumnElement[bool]:
    return and_(*(one.c[name] == other.c[name] for name in ("tenant_id", key)))
