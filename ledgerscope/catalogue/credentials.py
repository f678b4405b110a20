"""Credentials of customers' outside systems: their age, their replacement, and what they are used for."""

from __future__ import annotations

from ledgerscope.catalogue.labels import COMPANY
from ledgerscope.catalogue.metric import Kind, Label, Metric, Unit
from ledgerscope.catalogue.owners import PLATFORM
from ledgerscope.domain.values import CREDENTIAL_ACTIONS, CREDENTIAL_AGES, CREDENTIAL_OUTCOMES

__all__ = ["ACCESSED", "AGE", "AGE_CUSTOMERS", "METRICS", "ROTATED"]

AGE = Metric(
    name="customer_credential_age_seconds",
    kind=Kind.GAUGE,
    help="Time since the oldest credential in use was saved; zero where no customer has one.",
    unit=Unit.SECONDS,
    labels=(COMPANY,),
    owner=PLATFORM,
)
AGE_CUSTOMERS = Metric(
    name="customer_credential_customers",
    kind=Kind.GAUGE,
    help="Customers with a credential in use, by the days since it was saved, deleted customers left out.",
    unit=Unit.COUNT,
    labels=(
        COMPANY,
        Label(
            name="age_days",
            help="Full days since it was saved.",
            values=tuple(name for name, _ in CREDENTIAL_AGES),
        ),
    ),
    owner=PLATFORM,
)
ROTATED = Metric(
    name="customer_credential_rotation_total",
    kind=Kind.COUNTER,
    help="Attempts to replace a credential in use, by whether the new one worked and was saved.",
    unit=Unit.COUNT,
    labels=(COMPANY, Label(name="outcome", help="How it ended.", values=CREDENTIAL_OUTCOMES)),
    owner=PLATFORM,
)
ACCESSED = Metric(
    name="customer_credential_access_total",
    kind=Kind.COUNTER,
    help="Times that the secret of a customer was decrypted, by purpose.",
    unit=Unit.COUNT,
    labels=(COMPANY, Label(name="action", help="Purpose.", values=CREDENTIAL_ACTIONS)),
    owner=PLATFORM,
)

METRICS = (AGE, AGE_CUSTOMERS, ROTATED, ACCESSED)
