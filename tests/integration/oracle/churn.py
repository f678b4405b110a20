"""Churn and retention of the customers who paid when a window began."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from tests.integration.oracle.movements import before_start
from tests.integration.oracle.values import WINDOWS, Values

if TYPE_CHECKING:
    from tests.integration.oracle.moment import Moment
    from tests.integration.oracle.recurring import Payer


def base_of(now: Moment, window: str) -> list[Payer]:
    return [payer for payer in now.company.payers if payer.pays(before_start(now, window))]


def lost_of(now: Moment, window: str) -> list[Payer]:
    return [one for one in base_of(now, window) if not one.pays(now.t) and not one.paused(now.t)]


def start_and_end(now: Moment, window: str) -> list[tuple[Fraction, Fraction]]:
    """What each customer of the base pays at the start and now, in the base currency; empty without a rate."""
    company = now.company
    day = company.day(company.window_start(window, now.t))
    found = []
    for payer in base_of(now, window):
        values = []
        for minors in (payer.mrr(before_start(now, window)), payer.mrr(now.t)):
            value = Fraction(0)
            for currency, minor in minors.items():
                rate = company.rate(currency, company.tenant.base_currency, day)
                if rate is None:
                    return []
                value += company.major(minor, currency) * rate
            values.append(value)
        found.append((values[0], values[0] if payer.paused(now.t) else values[1]))
    return found


def churn_ratio(now: Moment) -> Values:
    found: Values = {}
    for window in WINDOWS:
        if base := base_of(now, window):
            found["logo", window] = Fraction(len(lost_of(now, window)), len(base))
        if pairs := start_and_end(now, window):
            whole = sum(s for s, _ in pairs)
            found["revenue_gross", window] = sum(max(Fraction(0), s - e) for s, e in pairs) / whole
            found["revenue_net", window] = sum(s - e for s, e in pairs) / whole
    return found


def retention_ratio(now: Moment) -> Values:
    found: Values = {}
    for window in WINDOWS:
        if pairs := start_and_end(now, window):
            whole = sum(s for s, _ in pairs)
            found["gross", window] = sum(min(s, e) for s, e in pairs) / whole
            found["net", window] = sum(e for _, e in pairs) / whole
    return found
