"""Credentials of customers' outside systems: how old those in use are at an instant."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, case, func, select

from collectors.area import AreaCollector
from collectors.clock import instant, parameters
from collectors.counters import Counters, EventCounter
from collectors.lifecycle import existing
from ledgerscope.catalogue import credentials as catalogue
from ledgerscope.domain.events import EventType
from ledgerscope.domain.values import CREDENTIAL_AGES
from ledgerscope.store.tables import credential, customer

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, Select

    from collectors.companies import Companies
    from collectors.samples import SampleBuilder

__all__ = ["CredentialsCollector"]

_DAY: Final = 86_400


class CredentialsCollector(AreaCollector):
    """Reads which credentials are in use; never what they hold."""

    name = "credentials"
    metrics = catalogue.METRICS
    reads = (credential, customer)
    counters = Counters(
        (
            EventCounter(metric=catalogue.ROTATED, event_type=EventType.CREDENTIAL_ROTATED),
            EventCounter(metric=catalogue.ACCESSED, event_type=EventType.CREDENTIAL_ACCESSED),
        )
    )

    def read(
        self, connection: Connection, as_of: datetime, companies: Companies, samples: SampleBuilder
    ) -> None:
        samples.expect_closed(catalogue.AGE, companies.tenants)
        samples.expect_closed(catalogue.AGE_CUSTOMERS, companies.tenants)
        oldest: dict[str, float] = {}
        for tenant_id, band, customers, age in connection.execute(ages(), parameters(companies, as_of)):
            samples.put(catalogue.AGE_CUSTOMERS, (tenant_id, band), customers)
            oldest[tenant_id] = max(oldest.get(tenant_id, 0.0), float(age))
        for tenant_id, age in oldest.items():
            samples.put(catalogue.AGE, (tenant_id,), age)


@cache
def ages() -> Select[Any]:
    """Per company and band of ages: customers with a credential in use, and the greatest age in seconds."""
    there, at = existing(), instant()
    age = func.extract("epoch", at - func.lower(credential.c.valid))
    bands = [(age < days * _DAY, name) for name, days in CREDENTIAL_AGES if days is not None]
    band = case(*bands, else_=CREDENTIAL_AGES[-1][0]).label("band")
    of_customer = and_(*(credential.c[name] == there.c[name] for name in ("tenant_id", "customer_id")))
    return (
        select(credential.c.tenant_id, band, func.count(), func.max(age))
        .join_from(there, credential, of_customer)
        .where(credential.c.valid.op("@>")(at))
        .group_by(credential.c.tenant_id, band)
    )
