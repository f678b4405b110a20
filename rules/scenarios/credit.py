"""Cases of the credit rules."""

from __future__ import annotations

from datetime import timedelta

from ledgerscope.catalogue import credit
from rules import credit as rules
from rules.model import Severity
from rules.scenarios.model import AlertCase, Given, RecordingCase, given, steady

__all__ = ["ALERTS", "RECORDINGS"]

_ACME = {"company_id": "acme"}


def _limited(over: int, under: int) -> tuple[Given, ...]:
    """Customers with a credit limit: at or over it, and well below."""
    return (
        given(credit.UTILIZATION_CUSTOMERS, steady(over), **_ACME, utilization_bucket="100%+"),
        given(credit.UTILIZATION_CUSTOMERS, steady(under), **_ACME, utilization_bucket="0-25%"),
    )


def _breaches(count: int, limited: int) -> tuple[Given, ...]:
    """Breaches that all happen at the end of the first hour, of both severities."""
    warning, critical = count // 2, count - count // 2
    return (
        *_limited(over=0, under=limited),
        given(credit.BREACH, f"0x59 {warning}x200", **_ACME, severity="warning", override_used="false"),
        given(credit.BREACH, f"0x59 {critical}x200", **_ACME, severity="critical", override_used="true"),
    )


def _used(share: float) -> tuple[Given, ...]:
    return (given(credit.UTILIZATION, steady(share), **_ACME, currency="EUR"),)


_SAYS = (
    "Within an hour, invoices broke the limits of {} of the limited customers of company acme (limit {} %)."
)

ALERTS = (
    AlertCase(
        alert=rules.BREACH_RATE_HIGH,
        labels=_ACME,
        after=timedelta(minutes=60),
        beyond=_breaches(10, limited=950),
        says={Severity.WARNING: _SAYS.format("1.053%", 1)},
        within=_breaches(10, limited=1000),
        few=_breaches(9, limited=100),
    ),
    AlertCase(
        alert=rules.BREACH_RATE_HIGH,
        labels=_ACME,
        after=timedelta(minutes=60),
        beyond=_breaches(10, limited=195),
        says={Severity.WARNING: _SAYS.format("5.128%", 1), Severity.CRITICAL: _SAYS.format("5.128%", 5)},
        within=_breaches(10, limited=1000),
    ),
    AlertCase(
        alert=rules.BREACH_RATE_HIGH,
        labels=_ACME,
        after=timedelta(minutes=60),
        beyond=_breaches(50, limited=1000),
        says={Severity.WARNING: _SAYS.format("5%", 1)},
        within=_breaches(10, limited=1000),
    ),
    AlertCase(
        alert=rules.UTILIZATION_HIGH,
        labels=_ACME | {"currency": "EUR"},
        beyond=_used(0.86),
        says={Severity.WARNING: "Company acme has 86% of its credit limits in EUR in use (limit 85 %)."},
        within=_used(0.85),
    ),
    AlertCase(
        alert=rules.MANY_OVER_LIMIT,
        labels=_ACME,
        beyond=_limited(over=2, under=36),
        says={
            Severity.WARNING: (
                "5.263% of the limited customers of company acme are at or over their limit (limit 5 %)."
            )
        },
        within=_limited(over=5, under=95),
    ),
    AlertCase(
        alert=rules.MANY_OVER_LIMIT,
        labels=_ACME,
        beyond=_limited(over=2, under=18),
        says={
            Severity.WARNING: (
                "10% of the limited customers of company acme are at or over their limit (limit 5 %)."
            )
        },
        within=_limited(over=5, under=95),
        few=_limited(over=9, under=10),
    ),
)

RECORDINGS = (
    RecordingCase(
        title="one customer that has a limit and is over it is all of them",
        expr=str(rules.OVER_LIMIT_SHARE),
        series=_limited(over=1, under=0),
        at=timedelta(minutes=5),
        yields=((_ACME, 1),),
    ),
    RecordingCase(
        title="one breach of one customer that has a limit is a rate of one",
        expr=str(rules.BREACH_RATE),
        series=_breaches(1, limited=1),
        at=timedelta(minutes=60),
        yields=((_ACME, 1),),
    ),
    RecordingCase(
        title="the old name counts customers by utilisation",
        expr="customer_credit_utilization_histogram",
        series=_limited(over=2, under=0)[:1],
        at=timedelta(minutes=5),
        yields=((_ACME | {"utilization_bucket": "100%+"}, 2),),
    ),
    RecordingCase(
        title="where nobody has a limit, no share is over it",
        expr=str(rules.OVER_LIMIT_SHARE),
        series=_limited(over=0, under=0),
        at=timedelta(minutes=5),
    ),
    RecordingCase(
        title="where nobody has a limit, breaches have no rate",
        expr=str(rules.BREACH_RATE),
        series=_breaches(2, limited=0),
        at=timedelta(minutes=60),
    ),
)
