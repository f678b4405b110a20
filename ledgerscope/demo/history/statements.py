"""Statements of account that were made for a customer."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from ledgerscope.customers.statements.request import Asked, Outcome, record_statement
from ledgerscope.customers.statements.statement import Period
from ledgerscope.demo.dates import add_months

if TYPE_CHECKING:
    from datetime import datetime

    from ledgerscope.demo.history.agenda import Agenda

__all__ = ["write_statements"]

_HOW_MANY: Final = {0: 0.3, 1: 0.35, 2: 0.25, 4: 0.1}
_MONTHS: Final = (1, 1, 3, 12)
_FORMATS: Final = {"pdf": 0.8, "csv": 0.2}
_DELIVERIES: Final = {"email": 0.7, "download": 0.2, "post": 0.06, "api": 0.04}
_FAILURES: Final = ("renderer", "delivery", "timeout")
_FAILS: Final = 0.02


def write_statements(agenda: Agenda, since: datetime) -> None:
    """A few statements per customer, each over whole months before it was asked for."""
    for _ in range(agenda.random.pick(_HOW_MANY)):
        _write(agenda, agenda.random.moment(since, agenda.era.until))


def _write(agenda: Agenda, when: datetime) -> None:
    random = agenda.random
    end = agenda.day(when).replace(day=1)
    failure = random.choice(_FAILURES) if random.chance(_FAILS) else None
    took = int(random.lognormvariate(6.8, 0.6))
    done = min(when + timedelta(milliseconds=took), agenda.era.until)
    outcome = Outcome(random.id(), when, took, failure)
    last = end - timedelta(days=1)
    period = Period(add_months(end, -random.choice(_MONTHS)), last)
    asked = Asked(
        agenda.customer_id, agenda.currency, period, random.pick(_FORMATS), last, random.pick(_DELIVERIES)
    )
    call = agenda.call(done, "accounts", outcome.statement_id)
    agenda.commit(record_statement(asked, outcome, call))
