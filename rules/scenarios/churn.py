"""Cases of the churn rules."""

from __future__ import annotations

from datetime import timedelta

from ledgerscope.catalogue import churn
from rules import churn as rules
from rules.model import Severity
from rules.scenarios.model import AlertCase, Given, RecordingCase, given, steady

__all__ = ["ALERTS", "RECORDINGS"]

_ACME = {"company_id": "acme"}
_MONTH = {"window": "30d"}


def _ratio(kind: str, share: float, base: int = 30) -> tuple[Given, ...]:
    return (
        given(churn.RATIO, steady(share), **_ACME, **_MONTH, kind=kind),
        given(churn.BASE, steady(base), **_ACME, **_MONTH),
    )


def _others(kind: str) -> tuple[Given, ...]:
    """High churn, but of another kind or over another time."""
    other = "logo" if kind == "revenue_gross" else "revenue_gross"
    return (
        given(churn.RATIO, steady(0.9), **_ACME, **_MONTH, kind=other),
        given(churn.RATIO, steady(0.9), **_ACME, window="mtd", kind=kind),
        given(churn.BASE, steady(30), **_ACME, **_MONTH),
    )


def _retention(share: float, base: int = 30) -> tuple[Given, ...]:
    return (
        given(churn.RETENTION, steady(share), **_ACME, **_MONTH, kind="net"),
        given(churn.BASE, steady(base), **_ACME, **_MONTH),
    )


_LOGO = "Company acme lost {} of its customers within 30 days (limit {} %)."

ALERTS = (
    AlertCase(
        alert=rules.LOGO_HIGH,
        labels=_ACME,
        beyond=_ratio("logo", 0.0701),
        says={Severity.WARNING: _LOGO.format("7.01%", 7)},
        within=_ratio("logo", 0.07),
        few=(*_ratio("logo", 0.5, base=29), given(churn.BASE, steady(300), **_ACME, window="mtd")),
    ),
    AlertCase(
        alert=rules.LOGO_HIGH,
        labels=_ACME,
        beyond=_ratio("logo", 0.141),
        says={Severity.WARNING: _LOGO.format("14.1%", 7), Severity.CRITICAL: _LOGO.format("14.1%", 14)},
        within=_ratio("revenue_net", 0.9),
    ),
    AlertCase(
        alert=rules.LOGO_HIGH,
        labels=_ACME,
        beyond=_ratio("logo", 0.14),
        says={Severity.WARNING: _LOGO.format("14%", 7)},
        within=_others("logo"),
    ),
    AlertCase(
        alert=rules.GROSS_REVENUE_HIGH,
        labels=_ACME,
        beyond=_ratio("revenue_gross", 0.0501),
        says={
            Severity.WARNING: (
                "Company acme lost 5.01% of its recurring revenue within 30 days by churn and "
                "contraction (limit 5 %)."
            )
        },
        within=(*_ratio("revenue_gross", 0.05), *_others("revenue_gross")),
        few=_ratio("revenue_gross", 0.5, base=29),
    ),
    AlertCase(
        alert=rules.NET_RETENTION_LOW,
        labels=_ACME,
        beyond=(
            *_retention(0.9499),
            given(churn.RETENTION, steady(0.99), **_ACME, **_MONTH, kind="gross"),
            given(churn.RETENTION, steady(0.99), **_ACME, window="mtd", kind="net"),
        ),
        says={
            Severity.WARNING: (
                "Company acme kept 94.99% of the recurring revenue of the customers it had 30 "
                "days ago (limit 95 %)."
            )
        },
        within=_retention(0.95),
        few=_retention(0.5, base=29),
    ),
)

RECORDINGS = (
    RecordingCase(
        title="the old name is logo churn in percent",
        expr="chom_churn_rate_monthly",
        series=_ratio("logo", 0.0625),
        at=timedelta(minutes=5),
        yields=((_ACME, 6.25),),
    ),
)
