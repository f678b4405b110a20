"""Statements of account: how many are made, how many fail and why, and how long one takes."""

from __future__ import annotations

from ledgerscope.catalogue.labels import COMPANY
from ledgerscope.catalogue.metric import Kind, Label, Metric, Unit
from ledgerscope.catalogue.owners import CREDIT_CONTROL
from ledgerscope.domain.values import (
    DELIVERY_METHODS,
    OUTCOMES,
    STATEMENT_FAILURES,
    STATEMENT_FORMATS,
    STATEMENT_MONTHS,
)

__all__ = ["DURATION", "FAILED", "GENERATED", "METRICS"]

_FORMAT = Label(name="format", help="Format of the file.", values=STATEMENT_FORMATS)
_DELIVERY = Label(name="delivery_method", help="How it reaches the customer.", values=DELIVERY_METHODS)

GENERATED = Metric(
    name="customer_statement_generated_total",
    kind=Kind.COUNTER,
    help="Statements of account that were asked for, those that failed included.",
    unit=Unit.COUNT,
    labels=(COMPANY, _FORMAT, _DELIVERY, Label(name="outcome", help="How it ended.", values=OUTCOMES)),
    owner=CREDIT_CONTROL,
)
FAILED = Metric(
    name="customer_statement_generation_failed_total",
    kind=Kind.COUNTER,
    help="Statements of account that were asked for and not delivered, by what failed.",
    unit=Unit.COUNT,
    labels=(
        COMPANY,
        _FORMAT,
        _DELIVERY,
        Label(name="reason_class", help="What failed.", values=STATEMENT_FAILURES),
    ),
    owner=CREDIT_CONTROL,
)
DURATION = Metric(
    name="customer_statement_generation_duration_seconds",
    kind=Kind.HISTOGRAM,
    help="Time from the request to the delivered statement; statements that failed are left out.",
    unit=Unit.SECONDS,
    labels=(
        COMPANY,
        _FORMAT,
        Label(
            name="period_months",
            help="Months that the statement covers, a part of one taken for a whole one.",
            values=tuple(name for name, _ in STATEMENT_MONTHS),
        ),
    ),
    buckets=(0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0),
    owner=CREDIT_CONTROL,
)

METRICS = (GENERATED, FAILED, DURATION)
