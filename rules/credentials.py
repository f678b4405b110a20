"""Credentials: replacing one keeps failing."""

from __future__ import annotations

from datetime import timedelta

from ledgerscope.catalogue import Unit, credentials
from ledgerscope.catalogue.labels import COMPANY
from ledgerscope.catalogue.owners import PLATFORM
from rules import limits
from rules.expr import once, rise, sum_by
from rules.joined import joined_counters
from rules.model import Alert, Recording, RuleArea
from rules.timing import BUSINESS_INTERVAL, KEEP_FIRING

__all__ = ["AGE", "AREA", "FAILING", "FAILURES"]

AGE = Recording(
    name="company:customer_credential_age_seconds:max",
    expr=once(credentials.AGE),
    help="Time since the oldest credential in use was saved.",
    unit=Unit.SECONDS,
    labels=(COMPANY,),
    owner=PLATFORM,
)
FAILURES = Recording(
    name="company:customer_credential_rotation:failures1h",
    expr=sum_by(rise(credentials.ROTATED.where(outcome="failure"), timedelta(hours=1)), COMPANY),
    help="Attempts within an hour to replace a credential in use, whose new one did not work.",
    unit=Unit.COUNT,
    labels=(COMPANY,),
    owner=PLATFORM,
)

FAILING = Alert(
    name="CredentialsRotationFailing",
    signal=str(FAILURES),
    comparison=">",
    limits=(limits.ROTATION_FAILURES,),
    unit=FAILURES.unit,
    owner=PLATFORM,
    summary="Credentials are not replaced, because the new ones do not work.",
    description=(
        '{{ $value | printf "%.0f" }} times within an hour a new credential of a customer of company '
        "{{ $labels.company_id }} did not work (limit <limit>)."
    ),
    panel="Failed replacements",
)

AREA = RuleArea(
    name="credentials",
    interval=BUSINESS_INTERVAL,
    keeps_firing=KEEP_FIRING,
    recordings=(*joined_counters(credentials.METRICS), AGE, FAILURES),
    alerts=(FAILING,),
)
