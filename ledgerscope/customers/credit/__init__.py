"""Credit: limits granted, asked for and decided, what stands against them, and invoices checked by them."""

from __future__ import annotations

from ledgerscope.customers.credit.check import (
    NAME_WHO,
    CheckInvoice,
    OverLimit,
    check_invoice,
    obstacle,
    over_limit,
    record_refusal,
)
from ledgerscope.customers.credit.credit import (
    Adjustment,
    Credit,
    CreditCheck,
    CreditView,
    DecidedLimit,
    HeldCredit,
    NewLimit,
    RequestedLimit,
)
from ledgerscope.customers.credit.hold import HoldState, set_hold
from ledgerscope.customers.credit.limits import (
    DecideLimit,
    GrantLimit,
    LimitInForce,
    PendingLimit,
    RequestLimit,
    decide_limit,
    grant_limit,
    request_limit,
)
from ledgerscope.customers.credit.loading import load_exposures, load_limits, load_position
from ledgerscope.customers.credit.position import Exposure, Position, Used
from ledgerscope.customers.credit.requests import LimitPage, LimitView, ListLimits

__all__ = [
    "NAME_WHO",
    "Adjustment",
    "CheckInvoice",
    "Credit",
    "CreditCheck",
    "CreditView",
    "DecideLimit",
    "DecidedLimit",
    "Exposure",
    "GrantLimit",
    "HeldCredit",
    "HoldState",
    "LimitInForce",
    "LimitPage",
    "LimitView",
    "ListLimits",
    "NewLimit",
    "OverLimit",
    "PendingLimit",
    "Position",
    "RequestLimit",
    "RequestedLimit",
    "Used",
    "check_invoice",
    "decide_limit",
    "grant_limit",
    "load_exposures",
    "load_limits",
    "load_position",
    "obstacle",
    "over_limit",
    "record_refusal",
    "request_limit",
    "set_hold",
]
