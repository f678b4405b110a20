"""The three companies of the demo: one grows fast, one sells against invoice, one loses more than the others.

All three do well: none of them sets off an alert. What goes wrong is switched on as an incident.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from ledgerscope.demo.dates import Calendar

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

__all__ = ["COMPANIES", "Company", "Trend"]

_EVEN: Final = (1.0,) * 12


@dataclass(frozen=True, slots=True)
class Trend:
    """A number that moves evenly from the first day of the agenda to the last."""

    start: float
    end: float

    def at(self, progress: float) -> float:
        """The number at a progress of 0 (first day) to 1 (last day)."""
        return self.start + (self.end - self.start) * progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """A tenant and the habits of its customers; rates are per customer and month, shares are 0..1."""

    tenant_id: str
    name: str
    timezone: str
    currencies: Mapping[str, float]
    customers: int
    opening_share: float
    growth: float
    season: tuple[float, ...] = _EVEN
    tax_basis_points: int
    price_level: Fraction
    tiers: Mapping[str, float]
    intervals: Mapping[str, float]
    one_time_share: float = 0.08
    usage_share: float = 0.3
    second_subscription: float = 0.01
    trial_share: float = 0.5
    trial_conversion: float = 0.6
    discount_share: float = 0.15
    cancel: Trend
    upgrade: float
    downgrade: float
    pause: float
    comeback: float
    autopay_share: float
    gateways: Mapping[str, float]
    decline: float
    late_days: float
    default_share: float
    limit_months: float
    nps: Trend
    csat: Trend
    tickets: float
    sync_share: float
    job_failure: float
    jobs_per_day: int
    calendar: Calendar = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "calendar", Calendar(ZoneInfo(self.timezone)))

    @property
    def base_currency(self) -> str:
        """The currency that most of its customers pay in."""
        return max(self.currencies, key=self.currencies.__getitem__)

    def busy(self, when: datetime) -> float:
        """How busy the season is: 1 in an average month."""
        return self.season[self.calendar.day(when).month - 1]


AURORA: Final = Company(
    tenant_id="aurora",
    name="Aurora Instruments",
    timezone="Europe/Berlin",
    currencies={"EUR": 1.0},
    customers=1500,
    opening_share=0.32,
    growth=0.055,
    season=(1.1, 1.05, 1.1, 1.0, 1.0, 0.95, 0.8, 0.75, 1.1, 1.15, 1.1, 0.9),
    tax_basis_points=1900,
    price_level=Fraction(1),
    tiers={"free": 0.05, "starter": 0.45, "professional": 0.38, "enterprise": 0.12},
    intervals={"month": 0.72, "year": 0.12, "quarter": 0.08, "week": 0.08},
    second_subscription=0.02,
    cancel=Trend(0.014, 0.008),
    upgrade=0.035,
    downgrade=0.006,
    pause=0.004,
    comeback=0.35,
    autopay_share=0.75,
    gateways={"stripe": 1.0},
    decline=0.04,
    late_days=2,
    default_share=0.002,
    limit_months=9,
    nps=Trend(7.9, 8.9),
    csat=Trend(4.1, 4.5),
    tickets=0.10,
    sync_share=0.25,
    job_failure=0.003,
    jobs_per_day=70,
)
BASALT: Final = Company(
    tenant_id="basalt",
    name="Basalt Freight Systems",
    timezone="America/New_York",
    currencies={"USD": 1.0},
    customers=1200,
    opening_share=0.6,
    growth=0.01,
    season=(0.8, 0.85, 0.95, 1.0, 1.0, 1.0, 0.95, 1.0, 1.05, 1.1, 1.2, 1.1),
    tax_basis_points=700,
    price_level=Fraction(3, 2),
    tiers={"starter": 0.3, "professional": 0.45, "enterprise": 0.25},
    intervals={"month": 0.8, "year": 0.08, "quarter": 0.1, "week": 0.02},
    one_time_share=0.2,
    usage_share=0.36,
    trial_share=0.2,
    cancel=Trend(0.010, 0.009),
    upgrade=0.012,
    downgrade=0.008,
    pause=0.006,
    comeback=0.15,
    autopay_share=0.2,
    gateways={"stripe": 1.0},
    decline=0.04,
    late_days=4,
    default_share=0.006,
    limit_months=8,
    nps=Trend(8.2, 8.0),
    csat=Trend(4.3, 4.2),
    tickets=0.10,
    sync_share=0.1,
    job_failure=0.004,
    jobs_per_day=50,
)
CINDER: Final = Company(
    tenant_id="cinder",
    name="Cinder Media Cloud",
    timezone="Asia/Kolkata",
    currencies={"USD": 0.65, "EUR": 0.35},
    customers=1600,
    opening_share=0.3,
    growth=0.02,
    season=(1.0, 0.95, 1.0, 0.95, 0.9, 0.9, 0.95, 1.0, 1.05, 1.25, 1.2, 0.85),
    tax_basis_points=1800,
    price_level=Fraction(3, 5),
    tiers={"free": 0.1, "starter": 0.6, "professional": 0.25, "enterprise": 0.05},
    intervals={"month": 0.78, "year": 0.05, "quarter": 0.05, "week": 0.12},
    trial_conversion=0.45,
    cancel=Trend(0.014, 0.014),
    upgrade=0.012,
    downgrade=0.008,
    pause=0.006,
    comeback=0.4,
    autopay_share=0.9,
    gateways={"razorpay": 0.7, "stripe": 0.3},
    decline=0.04,
    late_days=2,
    default_share=0.004,
    limit_months=8,
    nps=Trend(8.2, 8.0),
    csat=Trend(4.4, 4.3),
    tickets=0.22,
    sync_share=0.15,
    job_failure=0.005,
    jobs_per_day=90,
)
COMPANIES: Final = (AURORA, BASALT, CINDER)
