"""Operations that give something out: statements of account, and files of customers."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select

from ledgerscope.customers.statements.request import Asked, Outcome, record_statement
from ledgerscope.customers.statements.statement import Period
from ledgerscope.customers.transfers.exported import Exported, record_export
from ledgerscope.demo.dates import add_months
from ledgerscope.demo.simulation.accounts import pick_customer
from ledgerscope.store import tables as t

if TYPE_CHECKING:
    from ledgerscope.demo.simulation.context import Context

__all__ = ["export_customers", "make_statement"]

_MONTHS: Final = (1, 1, 3, 12)
_FORMATS: Final = {"pdf": 0.8, "csv": 0.2}
_FILES: Final = {"csv": 0.7, "json": 0.3}
_DELIVERIES: Final = {"email": 0.7, "download": 0.2, "post": 0.06, "api": 0.04}
_FAILS: Final = 0.02
_BYTES_PER_CUSTOMER: Final = 142


def make_statement(context: Context) -> None:
    """A customer gets its statement of some months up to the last."""
    customer = pick_customer(context, "active")
    if customer is None:
        return
    random, end = context.random, context.today.replace(day=1)
    failure = random.choice(("renderer", "delivery", "timeout")) if random.chance(_FAILS) else None
    took, last = int(random.lognormvariate(6.8, 0.6)), end - timedelta(days=1)
    begun = context.now - timedelta(milliseconds=took)
    asked = Asked(
        customer.customer_id.hex, customer.currency, Period(add_months(end, -random.choice(_MONTHS)), last),
        random.pick(_FORMATS), last, random.pick(_DELIVERIES),
    )  # fmt: skip
    outcome = Outcome(random.id(), begun, took, failure)
    context.commit(record_statement(asked, outcome, context.call("accounts")))


def export_customers(context: Context) -> None:
    """All customers are given out as a file."""
    random, c = context.random, t.customer.c
    rows = context.connection.execute(
        select(func.count()).where(c.tenant_id == context.tenant_id, c.deleted_at.is_(None))
    ).scalar_one()
    export = Exported(
        format=random.pick(_FILES), filter_type="all", outcome="success",
        begun=context.now - timedelta(milliseconds=int(random.lognormvariate(6, 0.7))), rows=rows,
        size_bytes=rows * _BYTES_PER_CUSTOMER,
    )  # fmt: skip
    context.commit(record_export(export, context.call("sales operations")))
