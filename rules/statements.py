"""Statements of account: those that customers asked for and did not get.

The alert compares a share, with a minimum volume: a fixed rate would mean something else for each size of
business.
"""

from __future__ import annotations

from datetime import timedelta

from ledgerscope.catalogue import Unit, statements
from ledgerscope.catalogue.labels import COMPANY
from ledgerscope.catalogue.owners import CREDIT_CONTROL
from rules import limits
from rules.expr import at_least, per, quantile, rise, sum_by
from rules.joined import joined_counters
from rules.model import Alert, Recording, RuleArea
from rules.timing import BUSINESS_INTERVAL, KEEP_FIRING

__all__ = ["AREA", "DURATION_P95", "FAILING", "REQUESTED", "SHARE"]

_HOUR = timedelta(hours=1)
_FORMAT = statements.DURATION.label("format")

REQUESTED = Recording(
    name="company:customer_statement_generated:increase1h",
    expr=sum_by(rise(statements.GENERATED, _HOUR), COMPANY),
    help="Statements that were asked for within an hour.",
    unit=Unit.COUNT,
    labels=(COMPANY,),
    owner=CREDIT_CONTROL,
)
SHARE = Recording(
    name="company:customer_statement_generated:failed_ratio1h",
    expr=per(sum_by(rise(statements.FAILED, _HOUR), COMPANY), REQUESTED),
    help="Share of the statements of an hour that failed; absent where none was asked for.",
    unit=Unit.RATIO,
    labels=(COMPANY,),
    owner=CREDIT_CONTROL,
)
DURATION_P95 = Recording(
    name="company_format:customer_statement_generation_duration_seconds:p95_1h",
    expr=quantile(0.95, rise(statements.DURATION.bucket, _HOUR), COMPANY, _FORMAT),
    help="Time within which 95 % of the statements of an hour were delivered; absent where none was.",
    unit=Unit.SECONDS,
    labels=(COMPANY, _FORMAT),
    owner=CREDIT_CONTROL,
)

FAILING = Alert(
    name="CustomerStatementGenerationFailing",
    signal=str(SHARE),
    comparison=">",
    limits=(limits.STATEMENT_FAILURES,),
    given=at_least(REQUESTED, limits.MIN_STATEMENTS, COMPANY),
    settings=(("statements within an hour", limits.MIN_STATEMENTS),),
    unit=SHARE.unit,
    owner=CREDIT_CONTROL,
    summary="Statements of account are not delivered.",
    description=(
        "{{ $value | humanizePercentage }} of the statements that company {{ $labels.company_id }} asked for "
        "within an hour failed (limit <limit>)."
    ),
    panel="Failure share",
)

AREA = RuleArea(
    name="statements",
    interval=BUSINESS_INTERVAL,
    keeps_firing=KEEP_FIRING,
    recordings=(*joined_counters(statements.METRICS), REQUESTED, SHARE, DURATION_P95),
    alerts=(FAILING,),
)
