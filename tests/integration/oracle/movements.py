"""How MRR changed, between the ends of a window and step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.integration.oracle.values import INSTANT, WINDOWS, Values, total

if TYPE_CHECKING:
    from datetime import datetime

    from tests.integration.oracle.moment import Moment


def before_start(now: Moment, window: str) -> datetime:
    """The last instant before the window."""
    return now.company.window_start(window, now.t) - INSTANT


def mrr_start(now: Moment) -> Values:
    return total(
        ((currency, window), now.company.major(minor, currency))
        for window in WINDOWS
        for payer in now.company.payers
        for currency, minor in payer.mrr(before_start(now, window)).items()
    )


def mrr_movement(now: Moment) -> Values:
    return total(
        ((kind, currency, window), now.company.major(minor, currency))
        for window in WINDOWS
        for payer in now.company.payers
        for kind, currency, minor in payer.changes(before_start(now, window), now.t)
    )


def mrr_journal(now: Moment) -> Values:
    found = []
    for window in WINDOWS:
        start = now.company.window_start(window, now.t)
        for payer in now.company.payers:
            instants = {at for one in payer.recurrences for at in (one.start, one.end) if at is not None}
            for at in (at for at in instants if start <= at <= now.t):
                for kind, currency, minor in payer.changes(at - INSTANT, at):
                    found.append(((kind, currency, window), now.company.major(minor, currency)))
    return total(found)
