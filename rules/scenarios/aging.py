"""Cases of the aging rules."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from ledgerscope.catalogue import aging
from rules import aging as rules
from rules.model import Severity
from rules.scenarios.model import AlertCase, Given, RecordingCase, given, steady

if TYPE_CHECKING:
    from ledgerscope.catalogue import Metric

__all__ = ["ALERTS", "RECORDINGS"]

_ACME = {"company_id": "acme"}
_EURO = _ACME | {"currency": "EUR"}


def _invoices(**buckets: int) -> tuple[Given, ...]:
    """Open invoices by bucket: `current`, `late` (1-30 days) and `later` (over 90 days)."""
    named = {"current": "current", "late": "1-30", "later": "90+"}
    return tuple(
        given(aging.OPEN_INVOICES, steady(count), **_ACME, bucket=named[name])
        for name, count in buckets.items()
    )


def _amounts(current: float, later: float, unallocated: float = 0) -> tuple[Given, ...]:
    """Open euros: not due, more than 90 days overdue, and not yet allocated."""
    return (
        given(aging.OPEN_AMOUNT, steady(current), **_EURO, bucket="current"),
        given(aging.OPEN_AMOUNT, steady(later), **_EURO, bucket="90+"),
        given(aging.OPEN_AMOUNT, steady(unallocated), **_EURO, bucket="unallocated"),
    )


def _overdue(metric: Metric, **labels: str) -> tuple[Given, ...]:
    """8 overdue by up to 30 days, 4 by up to 60, 2 by up to 90 and 1 by more."""
    late = {"1-30": 8, "31-60": 4, "61-90": 2, "90+": 1}
    return tuple(given(metric, steady(value), **labels, bucket=bucket) for bucket, value in late.items())


def _ledger(balance: float) -> tuple[Given, ...]:
    """Buckets that cancel each other out, against a ledger with this balance."""
    return (*_amounts(60, 40, -100), _receivable(balance))


def _receivable(balance: float) -> Given:
    return given(aging.RECEIVABLE, steady(balance), **_EURO)


ALERTS = (
    AlertCase(
        alert=rules.MANY_OVERDUE,
        labels=_ACME,
        beyond=_invoices(current=142, late=30, later=20),
        says={Severity.WARNING: "26.04% of the open invoices of company acme are overdue (limit 25 %)."},
        within=_invoices(current=180, late=40, later=20),
        few=_invoices(current=1, late=40, later=9),
    ),
    AlertCase(
        alert=rules.CRITICALLY_OVERDUE,
        labels=_EURO,
        beyond=(*_invoices(current=100, later=5), *_amounts(790, 210, -500)),
        says={
            Severity.CRITICAL: (
                "21% of the open amount of company acme in EUR is more than 30 days overdue (limit 20 %)."
            )
        },
        within=(*_invoices(current=100, later=5), *_amounts(800, 200, -500)),
        few=(*_invoices(current=100, later=4), *_amounts(100, 900)),
    ),
    AlertCase(
        alert=rules.RECEIVABLE_GAP,
        labels=_EURO,
        beyond=_ledger(0.0052),
        says={
            Severity.CRITICAL: (
                "For company acme, aging and ledger differ by 0.0052 EUR (limit 0.005): "
                "the aging figures cannot be trusted."
            )
        },
        within=_ledger(0.005),
    ),
)

RECORDINGS = (
    RecordingCase(
        title="what is overdue by more than 30 days is measured against debt alone, not unallocated money",
        expr=str(rules.OVERDUE_30_SHARE),
        series=_amounts(600, 200, -300),
        at=timedelta(minutes=5),
        yields=((_EURO, 0.25),),
    ),
    RecordingCase(
        title="what is not yet due is not overdue",
        expr=str(rules.OVERDUE),
        series=_amounts(600, 200, -300),
        at=timedelta(minutes=5),
        yields=((_EURO, 200),),
    ),
    RecordingCase(
        title="currencies are never added",
        expr=str(rules.OPEN),
        series=(
            *_amounts(600, 200, -300),
            given(aging.OPEN_AMOUNT, steady(50), **_ACME, currency="USD", bucket="1-30"),
        ),
        at=timedelta(minutes=5),
        yields=((_EURO, 800), (_ACME | {"currency": "USD"}, 50)),
    ),
    RecordingCase(
        title="where nothing is open, no share is overdue",
        expr=str(rules.OVERDUE_30_SHARE),
        series=_amounts(0, 0),
        at=timedelta(minutes=5),
    ),
    RecordingCase(
        title="what is overdue by more than 30 days is counted over all buckets from there on",
        expr=str(rules.OVERDUE_30_INVOICES),
        series=_overdue(aging.OPEN_INVOICES, **_ACME),
        at=timedelta(minutes=5),
        yields=((_ACME, 7),),
    ),
    RecordingCase(
        title="what is overdue by more than 30 days is summed over all buckets from there on",
        expr=str(rules.OVERDUE_30),
        series=_overdue(aging.OPEN_AMOUNT, **_EURO),
        at=timedelta(minutes=5),
        yields=((_EURO, 7),),
    ),
    RecordingCase(
        title="what is overdue is summed over all buckets but the first",
        expr=str(rules.OVERDUE),
        series=_overdue(aging.OPEN_AMOUNT, **_EURO),
        at=timedelta(minutes=5),
        yields=((_EURO, 15),),
    ),
    RecordingCase(
        title="one invoice that is open and overdue is all of them",
        expr=str(rules.OVERDUE_SHARE),
        series=_invoices(late=1),
        at=timedelta(minutes=5),
        yields=((_ACME, 1),),
    ),
    RecordingCase(
        title="one euro that is open and overdue by more than 30 days is all of them",
        expr=str(rules.OVERDUE_30_SHARE),
        series=_amounts(0, 1),
        at=timedelta(minutes=5),
        yields=((_EURO, 1),),
    ),
    RecordingCase(
        title="where exporters differ, the one counts that explains least",
        expr=str(rules.UNEXPLAINED),
        series=(
            *(one.on("pod-1:9108") for one in (*_amounts(60, 40), _receivable(105))),
            *(one.on("pod-2:9108") for one in (*_amounts(60, 40), _receivable(100))),
        ),
        at=timedelta(minutes=5),
        yields=((_EURO, 5),),
    ),
    RecordingCase(
        title="the old name counts open invoices",
        expr="customer_aging_bucket_distribution",
        series=_invoices(current=3),
        at=timedelta(minutes=5),
        yields=((_ACME | {"bucket": "current"}, 3),),
    ),
    RecordingCase(
        title="where no invoice is open, no share is overdue",
        expr=str(rules.OVERDUE_SHARE),
        series=_invoices(current=0, late=0),
        at=timedelta(minutes=5),
    ),
)
