"""Imports and exports of customers: imports that take in nothing.

Imports are counted by company before they are divided: the failed ones and all of them have other labels.
"""

from __future__ import annotations

from datetime import timedelta

from ledgerscope.catalogue import Unit, transfers
from ledgerscope.catalogue.labels import COMPANY
from ledgerscope.catalogue.owners import SALES_OPERATIONS
from rules import limits
from rules.expr import at_least, per, quantile, rise, sum_by
from rules.joined import joined_counters
from rules.model import Alert, Recording, RuleArea
from rules.timing import BUSINESS_INTERVAL, KEEP_FIRING

__all__ = ["AREA", "DURATION_P95", "FAILURE_RATE_HIGH", "IMPORTS", "SHARE", "SIZE_P95"]

_HOUR = timedelta(hours=1)
_SIZE = transfers.IMPORT_DURATION.label("size_class")
_EXPORTED = transfers.FILE_SIZE.label("format")

IMPORTS = Recording(
    name="company:customer_import_processed:increase1h",
    expr=sum_by(rise(transfers.IMPORTED, _HOUR), COMPANY),
    help="Imports that ended within an hour.",
    unit=Unit.COUNT,
    labels=(COMPANY,),
    owner=SALES_OPERATIONS,
)
SHARE = Recording(
    name="company:customer_import_processed:failed_ratio1h",
    expr=per(sum_by(rise(transfers.IMPORT_FAILED, _HOUR), COMPANY), IMPORTS),
    help="Share of the imports of an hour that took in nothing; absent where none ended.",
    unit=Unit.RATIO,
    labels=(COMPANY,),
    owner=SALES_OPERATIONS,
)
DURATION_P95 = Recording(
    name="company_size_class:customer_import_processing_duration_seconds:p95_1h",
    expr=quantile(0.95, rise(transfers.IMPORT_DURATION.bucket, _HOUR), COMPANY, _SIZE),
    help="Time within which 95 % of the imports of an hour ended; absent where none ended.",
    unit=Unit.SECONDS,
    labels=(COMPANY, _SIZE),
    owner=SALES_OPERATIONS,
)
SIZE_P95 = Recording(
    name="company_format:customer_export_file_size_bytes:p95_1h",
    expr=quantile(0.95, rise(transfers.FILE_SIZE.bucket, _HOUR), COMPANY, _EXPORTED),
    help="Size that 95 % of the exports of an hour do not exceed; absent where nothing was exported.",
    unit=Unit.BYTES,
    labels=(COMPANY, _EXPORTED),
    owner=SALES_OPERATIONS,
)

FAILURE_RATE_HIGH = Alert(
    name="CustomerImportFailureRateHigh",
    signal=str(SHARE),
    comparison=">",
    limits=(limits.IMPORT_FAILURES,),
    given=at_least(IMPORTS, limits.MIN_IMPORTS, COMPANY),
    settings=(("imports within an hour", limits.MIN_IMPORTS),),
    unit=SHARE.unit,
    owner=SALES_OPERATIONS,
    summary="Imports of customers fail.",
    description=(
        "{{ $value | humanizePercentage }} of the imports of company {{ $labels.company_id }} within an hour "
        "took in nothing (limit <limit>)."
    ),
    panel="Failure share of imports",
)

AREA = RuleArea(
    name="transfers",
    interval=BUSINESS_INTERVAL,
    keeps_firing=KEEP_FIRING,
    recordings=(*joined_counters(transfers.METRICS), IMPORTS, SHARE, DURATION_P95, SIZE_P95),
    alerts=(FAILURE_RATE_HIGH,),
)
