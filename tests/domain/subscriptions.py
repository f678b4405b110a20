"""Short ways to write a subscription down, on days counted from 1 January 2026."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from ledgerscope.domain.mrr import Subscription, Version
from ledgerscope.domain.periods import Period, just_after

__all__ = ["CURRENCIES", "VERSIONS", "at", "version", "window"]

CURRENCIES = ("EUR", "JPY")


def at(n: float) -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=n)


def window(start: float, as_of: float) -> Period:
    return Period(at(start), just_after(at(as_of)))


def version(
    start: float,
    end: float | None,
    price: int,
    customer: str = "ada",
    currency: str = "EUR",
    *,
    key: str = "",
    is_metered: bool = False,
    **agreement: Any,
) -> Version:
    """A version in a subscription of its own, unless a key is given; instants of the agreement in days."""
    known: dict[str, Any] = {
        name: at(value) if isinstance(value, int) else value for name, value in agreement.items()
    }
    subscription = Subscription(key or f"{customer} {start} {end} {price} {currency}", customer, **known)
    stop = None if end is None else at(end)
    return Version(subscription, currency, Fraction(price), at(start), stop, is_metered)


@st.composite
def _business(draw: st.DrawFn) -> list[Version]:
    """Up to four subscriptions of two customers, one of them perhaps deleted; all instants are whole days."""
    versions: list[Version] = []
    days = st.integers(0, 50)
    deleted = {"ada": None, "bob": draw(st.none() | days)}
    for number in range(draw(st.integers(0, 4))):
        customer = draw(st.sampled_from(["ada", "bob"]))
        agreement = {
            "status": draw(st.sampled_from(["active", "active", "active", "past_due", "paused", "trialing"])),
            "trial_end": draw(st.none() | days),
            "cancel_requested_at": draw(st.none() | days),
            "ended_at": draw(st.none() | days),
            "customer_deleted_at": deleted[customer],
        }
        currency = draw(st.sampled_from(CURRENCIES))
        begin = draw(days)
        for _ in range(draw(st.integers(1, 3))):
            end = begin + draw(st.integers(1, 20))
            price = draw(st.sampled_from([0, 10, 10, 25]))
            metered = draw(st.integers(0, 9)) == 0
            versions.append(
                version(
                    begin, end, price, customer, currency, key=str(number), is_metered=metered, **agreement
                )
            )
            begin = end + draw(st.sampled_from([0, 0, 0, 5]))
    return versions


VERSIONS = _business()
