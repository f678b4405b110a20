"""Cases of the revenue rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from ledgerscope.catalogue import churn, revenue
from rules import revenue as rules
from rules.model import Severity
from rules.scenarios.model import AlertCase, Given, RecordingCase, given, steady

__all__ = ["ALERTS", "RECORDINGS"]

_ACME = {"company_id": "acme"}
_EURO = _ACME | {"currency": "EUR"}
_MONTH = {"window": "30d"}
_GLOBEX = {"company_id": "globex"}
_DOLLAR = {"currency": "USD"}


def _movement(start: float, *, new: float = 0, lost: float = 0) -> tuple[Given, ...]:
    return (
        given(revenue.MRR_START, steady(start), **_EURO, **_MONTH),
        given(revenue.MRR_MOVEMENT, steady(new), **_EURO, **_MONTH, movement="new"),
        given(revenue.MRR_MOVEMENT, steady(-lost), **_EURO, **_MONTH, movement="churn"),
    )


def _to_date(value: float) -> tuple[Given, ...]:
    """The same of another window, which is not asked for."""
    others = _movement(value, new=value, lost=value / 100)
    return tuple(replace(one, labels={**one.labels, "window": "mtd"}) for one in others)


def _customers(base: int) -> Given:
    return given(churn.BASE, steady(base), **_ACME, **_MONTH)


def _bridge(now: float) -> tuple[Given, ...]:
    """All that was there is lost, and yet this much is there now."""
    return (*_movement(1000, lost=1000), given(revenue.MRR, steady(now), **_EURO, tier="pro"))


def _lifetime(logo: float, lost: int) -> tuple[Given, ...]:
    return (
        given(revenue.ARPA, steady(50), **_EURO),
        given(churn.RATIO, steady(logo), **_ACME, **_MONTH, kind="logo"),
        given(churn.CHURNED_CUSTOMERS, steady(lost), **_ACME, **_MONTH),
    )


ALERTS = (
    AlertCase(
        alert=rules.SHRINKING,
        labels=_EURO,
        beyond=(*_movement(1000, new=47, lost=100), _customers(30)),
        says={
            Severity.WARNING: (
                "Recurring revenue of company acme in EUR changed by -5.3% within 30 days (limit -5 %)."
            )
        },
        within=(*_movement(1000, new=50, lost=100), _customers(30)),
        few=(*_movement(1000, lost=900), _customers(29)),
    ),
    AlertCase(
        alert=rules.BRIDGE_GAP,
        labels=_EURO | _MONTH,
        beyond=_bridge(0.105),
        says={
            Severity.CRITICAL: (
                "For company acme and window 30d, 0.105 EUR of the recurring revenue are "
                "unexplained (limit 0.1): "
                "the movements cannot be trusted."
            )
        },
        within=_bridge(0.1),
    ),
)

RECORDINGS = (
    RecordingCase(
        title="the change of one unit of recurring revenue that doubled",
        expr=str(rules.NET_CHANGE),
        series=(*_movement(1, new=1), *_to_date(2)),
        at=timedelta(minutes=5),
        yields=((_EURO, 1),),
    ),
    RecordingCase(
        title="the quick ratio adds up all that was won and lost within the month",
        expr=str(rules.QUICK_RATIO),
        series=(
            *_movement(1000, new=1, lost=0.5),
            given(revenue.MRR_MOVEMENT, steady(2), **_EURO, **_MONTH, movement="expansion"),
            given(revenue.MRR_MOVEMENT, steady(-0.25), **_EURO, **_MONTH, movement="contraction"),
            *_to_date(9),
        ),
        at=timedelta(minutes=5),
        yields=((_EURO, 4),),
    ),
    RecordingCase(
        title="lifetime value of each company by its own churn",
        expr=str(rules.LIFETIME_VALUE),
        series=(
            *_lifetime(logo=0.05, lost=5),
            given(churn.CHURNED_CUSTOMERS, steady(50), **_GLOBEX, window="mtd"),
            *(replace(one, labels={**one.labels, **_GLOBEX}) for one in _lifetime(0.1, lost=4)),
        ),
        at=timedelta(minutes=5),
        yields=((_EURO, 800),),
    ),
    RecordingCase(
        title="where exporters differ, the one counts that leaves most of the recurring revenue unexplained",
        expr=str(rules.UNEXPLAINED),
        series=(
            *(one.on("pod-1:9108") for one in _bridge(5)),
            *(one.on("pod-2:9108") for one in _bridge(0)),
        ),
        at=timedelta(minutes=5),
        yields=((_EURO | _MONTH, 5),),
    ),
    RecordingCase(
        title="recurring revenue is explained for each company, over its tiers",
        expr=str(rules.UNEXPLAINED),
        series=(
            *(one.on("pod-1:9108") for one in _bridge(5)),
            given(revenue.MRR, steady(6), **_EURO, tier="basic", instance="pod-1:9108"),
            *(replace(one, labels={**one.labels, **_GLOBEX}).on("pod-1:9108") for one in _bridge(3)),
            *(replace(one, labels={**one.labels, **_DOLLAR}).on("pod-1:9108") for one in _bridge(2)),
        ),
        at=timedelta(minutes=5),
        yields=(
            (_EURO | _MONTH, 11),
            (_EURO | _MONTH | _DOLLAR, 2),
            (_EURO | _MONTH | _GLOBEX, 3),
        ),
    ),
    RecordingCase(
        title="lifetime value is the margin of one customer divided by churn",
        expr="chom:ltv",
        series=_lifetime(logo=0.05, lost=5),
        at=timedelta(minutes=5),
        yields=((_EURO, 800),),
    ),
    RecordingCase(
        title="lifetime value is capped at the horizon where churn is tiny",
        expr=str(rules.LIFETIME_VALUE),
        series=_lifetime(logo=0.001, lost=5),
        at=timedelta(minutes=5),
        yields=((_EURO, 2400),),
    ),
    RecordingCase(
        title="lifetime value is absent where too few customers left for an estimate",
        expr=str(rules.LIFETIME_VALUE),
        series=_lifetime(logo=0.05, lost=4),
        at=timedelta(minutes=5),
    ),
    RecordingCase(
        title="the quick ratio is absent where nothing was lost",
        expr=str(rules.QUICK_RATIO),
        series=_movement(1000, new=300),
        at=timedelta(minutes=5),
    ),
    RecordingCase(
        title="the quick ratio is what was won for each unit lost",
        expr=str(rules.QUICK_RATIO),
        series=_movement(1000, new=300, lost=100),
        at=timedelta(minutes=5),
        yields=((_EURO, 3),),
    ),
    RecordingCase(
        title="recurring revenue is summed over tiers, apart for each currency",
        expr=str(rules.MRR),
        series=(
            given(revenue.MRR, steady(10.5), **_EURO, tier="basic"),
            given(revenue.MRR, steady(20), **_EURO, tier="pro"),
            given(revenue.MRR, steady(5), **_ACME, currency="USD", tier="pro"),
        ),
        at=timedelta(minutes=5),
        yields=((_EURO, 30.5), (_ACME | {"currency": "USD"}, 5)),
    ),
    RecordingCase(
        title="the old name sums customers over tiers",
        expr="chom_customers_total",
        series=(
            given(revenue.CUSTOMERS, steady(3), **_ACME, tier="basic"),
            given(revenue.CUSTOMERS, steady(4), **_ACME, tier="pro"),
        ),
        at=timedelta(minutes=5),
        yields=((_ACME, 7),),
    ),
    RecordingCase(
        title="recurring revenue that started from nothing has no rate of change",
        expr=str(rules.NET_CHANGE),
        series=_movement(0, new=300),
        at=timedelta(minutes=5),
    ),
    RecordingCase(
        title="lifetime value never borrows the churn of another company",
        expr=str(rules.LIFETIME_VALUE),
        series=(
            given(revenue.ARPA, steady(50), company_id="globex", currency="EUR"),
            *_lifetime(logo=0.05, lost=5)[1:],
        ),
        at=timedelta(minutes=5),
    ),
)
