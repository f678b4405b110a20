"""One customer for each state that documents, limits and subscriptions can be in: a table of cases.

What usual customers run into only now and then, or what only other programs write, is in every demo for
certain. A new case is a new row of `CASES`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from ledgerscope.customers.credit import GrantLimit, grant_limit
from ledgerscope.customers.lifecycle.creation import Book, NewCustomer, create_customer
from ledgerscope.customers.operations.numbers import number_at
from ledgerscope.customers.receivables import Instalment, IssueInvoice, issue_invoice
from ledgerscope.customers.subscriptions import (
    Activate,
    EndSubscription,
    Pause,
    PriceInForce,
    Resume,
    Start,
    SubscriptionState,
    VersionPrice,
    activate,
    end,
    pause,
    resume,
    start,
)
from ledgerscope.demo.currencies import CURRENCIES
from ledgerscope.demo.history.account import Account
from ledgerscope.demo.history.agenda import Agenda
from ledgerscope.demo.operations.outside import demo_keys
from ledgerscope.demo.plans import Price
from ledgerscope.demo.random_source import RandomSource
from ledgerscope.domain.events import EventType
from ledgerscope.store.changes import Changes, Update
from ledgerscope.store.records import (
    Customer,
    FxRate,
    Invoice,
    PlanRow,
    SubscriptionVersion,
    span,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ledgerscope.demo.companies import Company
    from ledgerscope.demo.history.account import Claim
    from ledgerscope.demo.history.agenda import Era
    from ledgerscope.demo.plans import Plan
    from ledgerscope.store.changes_batch import Batch
    from ledgerscope.store.records import Id

    _Plans = Mapping[str, Mapping[tuple[str, str], Plan]]

__all__ = ["CASES", "write_cases"]

_FIRST_NUMBER: Final = 990_000
_DAY: Final = timedelta(days=1)


class _Case:
    """A customer of its own, and the days before the end of the era."""

    def __init__(self, agenda: Agenda, plans: _Plans, name: str) -> None:
        self.agenda = agenda
        self.plans = plans
        self.account = Account(agenda, 30)
        self.name = name
        self._begin()

    def ago(self, days: float) -> datetime:
        """An instant so many days before the end, but not before the beginning."""
        return max(self.agenda.era.since + _DAY, self.agenda.era.until - days * _DAY)

    def bill(self, days: float, net: int = 200_00) -> Claim:
        """An invoice of so many days ago, due a month later."""
        when = self.ago(days)
        claim = self.account.issue(when, "one_time", net, [self.agenda.day(when) + 30 * _DAY])
        assert claim is not None  # noqa: S101 -- what is agreed is billed
        return claim

    def pay(self, days: float, claim: Claim, amount: int | None = None) -> Id:
        """A payment of so many days ago, set against a claim."""
        money = claim.open if amount is None else amount
        return self.account.receive(self.ago(days), money, "bank_transfer", "manual", claim=claim)

    def grant(self, currency: str, amount: int, until: datetime | None = None) -> None:
        """A limit from about half a year ago on."""
        request = GrantLimit(
            moment=self.agenda.moment(self.ago(180)),
            credit_limit_id=self.agenda.random.id(),
            customer_id=self.agenda.customer_id,
            currency=currency,
            limit_minor=amount,
            approved_by="credit desk",
            until=until,
        )
        self.agenda.commit(grant_limit(None, request))

    def price(self, currency: str | None = None, seats: int = 3) -> VersionPrice:
        """A monthly price of the professional tier."""
        currency = currency or self.agenda.currency
        price = Price(self.plans[currency]["professional", "month"], seats, 0)
        return VersionPrice(price.plan.plan_id, "professional", seats, Decimal(0), currency, price.mrr)

    def subscribe(
        self, when: datetime, price: VersionPrice, *, before: SubscriptionState | None = None
    ) -> SubscriptionState:
        """A subscription whose price counts from its start; `before` is one that still runs."""
        agenda = self.agenda
        version_id, subscription_id = agenda.random.id(), self.start(when, price.plan_id, price.tier)
        state = SubscriptionState(
            subscription_id, agenda.customer_id, "active", when, None, ever_paid=before is not None
        )
        agenda.commit(activate(state, Activate(agenda.moment(when), version_id, price)))
        in_force = PriceInForce(version_id, when)
        return SubscriptionState(subscription_id, agenda.customer_id, "active", when, in_force)

    def start(self, when: datetime, plan_id: Id, tier: str, trial_end: datetime | None = None) -> Id:
        """A subscription without a price so far; its identifier."""
        agenda, subscription_id = self.agenda, self.agenda.random.id()
        request = Start(
            moment=agenda.moment(when), subscription_id=subscription_id, customer_id=agenda.customer_id,
            plan_id=plan_id, tier=tier, trial_end=trial_end,
        )  # fmt: skip
        agenda.commit(start(request))
        return subscription_id

    def _begin(self) -> None:
        agenda = self.agenda
        book = Book(CURRENCIES, agenda.company.base_currency, agenda.customer_number)
        new = NewCustomer(
            name=f"Case {self.name}", email=f"{self.name}@example.com", currency=agenda.currency,
            external_id=f"S-{self.name}", signup_channel="direct",
        )  # fmt: skip
        agenda.commit(create_customer(book, new, replace(agenda.creation, source="api")))


def _bounced(case: _Case) -> None:
    payment = case.pay(50, case.bill(70))
    case.account.take_back(case.ago(40), payment, "bounced")


def _partly_charged_back(case: _Case) -> None:
    payment = case.pay(50, case.bill(70))
    case.account.take_back(case.ago(40), payment, "charged_back", 50_00)


def _partly_refunded(case: _Case) -> None:
    claim = case.bill(70)
    payment = case.pay(50, claim, claim.total + 80_00)
    case.account.refund(case.ago(30), payment, 30_00)


def _void_with_allocation(case: _Case) -> None:
    """Another program voids an invoice and leaves its allocation as it is."""
    agenda, claim = case.agenda, case.bill(70)
    case.pay(50, claim)
    when = case.ago(20)
    void = {"status": "void", "voided_on": agenda.day(when)}
    agenda.commit(Changes((Update(Invoice, (agenda.tenant_id, claim.id), void),)))
    agenda.emit(EventType.INVOICE_VOIDED, when, amount=claim.total)


def _deposit(case: _Case) -> None:
    """Money for an invoice that another program dates two weeks later, without an audit entry."""
    agenda, when = case.agenda, case.ago(60)
    dated, total, invoice_id = agenda.day(when) + 14 * _DAY, 357_00, agenda.random.id()
    request = IssueInvoice(
        moment=agenda.moment(when), invoice_id=invoice_id, customer_id=agenda.customer_id,
        number=f"{agenda.number}-0001", kind="one_time", currency=agenda.currency, total_minor=total,
        tax_minor=57_00, instalments=(Instalment(dated + 30 * _DAY, total),), issued_on=dated,
    )  # fmt: skip
    case.account.take_in(issue_invoice(request))
    claim = case.account.claim_of(invoice_id)
    case.account.receive(when, 100_00, "bank_transfer", "manual", claim=claim)


def _cheque(case: _Case) -> None:
    """A cheque that counts only in a week from now."""
    claim, when = case.bill(20), case.ago(2)
    dated = case.agenda.day(case.agenda.era.until) + 7 * _DAY
    case.account.receive(when, claim.open, "cheque", "manual", claim=claim, dated=dated)


def _recovered(case: _Case) -> None:
    claim = case.bill(200)
    write_off = case.account.write_off(case.ago(80), claim, "no payment after reminders")
    case.account.reverse_write_off(case.ago(40), write_off, "recovered")
    case.pay(40, claim)


def _written_off_by_mistake(case: _Case) -> None:
    claim = case.bill(120)
    write_off = case.account.write_off(case.ago(40), claim, "the wrong customer")
    case.account.reverse_write_off(case.ago(38), write_off, "error", claim.total // 2)


def _larger_credit_note(case: _Case) -> None:
    claim = case.bill(60)
    case.account.give_credit(case.ago(50), claim.total + 90_00, "price agreement", claim)


def _expired_limit(case: _Case) -> None:
    case.bill(20)
    case.grant(case.agenda.currency, 5_000_00, until=case.ago(30))


def _limit_in_another_currency(case: _Case) -> None:
    case.bill(20)
    case.grant(next(one for one in case.plans if one != case.agenda.currency), 9_000_00)


def _triangulated_limit(case: _Case) -> None:
    """The only rates of the limit's currency are those to the base currency."""
    case.bill(20)
    case.grant("GBP", 9_000_00)
    agenda = case.agenda
    for days in range(0, 700, 30):
        day, base = agenda.day(case.ago(days)), agenda.company.base_currency
        rate = Decimal("0.79") + Decimal(days) / 100_000
        agenda.write(FxRate(agenda.tenant_id, day, base, "GBP", rate))
        if case.ago(days) <= agenda.era.since + _DAY:
            break


def _uncovered(case: _Case) -> None:
    """A limit in a currency that there is no rate for."""
    case.bill(20)
    case.grant("CHF", 9_000_00)


def _paused_and_resumed(case: _Case) -> None:
    agenda, price = case.agenda, case.price()
    state = case.subscribe(case.ago(300), price)
    agenda.commit(pause(state, Pause(agenda.moment(case.ago(100)))))
    paused = SubscriptionState(state.subscription_id, state.customer_id, "paused", state.started_at, None)
    agenda.commit(resume(paused, Resume(agenda.moment(case.ago(45)), agenda.random.id(), price)))


def _free_months(case: _Case) -> None:
    """The first months cost nothing: a version whose discount is the whole price."""
    agenda, price = case.agenda, case.price()
    begun, over = case.ago(200), case.ago(110)
    subscription_id = case.start(begun, price.plan_id, price.tier)
    agenda.write(
        SubscriptionVersion(
            agenda.tenant_id, agenda.random.id(), subscription_id, agenda.customer_id, price.plan_id,
            price.quantity, Decimal(1), price.currency, Decimal(0), span(begun, over),
        )
    )  # fmt: skip
    state = SubscriptionState(subscription_id, agenda.customer_id, "active", begun, None, ever_paid=False)
    agenda.commit(activate(state, Activate(agenda.moment(over), agenda.random.id(), price)))


def _trial(case: _Case) -> None:
    price, begun = case.price(), case.ago(5)
    end_of_trial = case.agenda.company.calendar.days_later(begun, 30)
    case.start(begun, price.plan_id, price.tier, end_of_trial)


def _metered(case: _Case) -> None:
    """Billed by use: a price per unit that is never recurring revenue."""
    agenda, begun, plan_id = case.agenda, case.ago(150), case.agenda.random.id()
    agenda.write(
        PlanRow(
            agenda.tenant_id, plan_id, "metered", "By use", "professional", 5_00, agenda.currency, "month", 1,
            0, True, agenda.era.since,
        )
    )  # fmt: skip
    subscription_id = case.start(begun, plan_id, "professional")
    agenda.write(
        SubscriptionVersion(
            agenda.tenant_id, agenda.random.id(), subscription_id, agenda.customer_id, plan_id, 1, Decimal(0),
            agenda.currency, Decimal(5_00), span(begun, None),
        )
    )  # fmt: skip


def _deleted_but_subscribed(case: _Case) -> None:
    """Another program deletes a customer and leaves its subscription running."""
    agenda, when = case.agenda, case.ago(30)
    case.subscribe(case.ago(300), case.price())
    values = {"deleted_at": when, "deletion_mode": "soft", "deletion_reason": "requested"}
    agenda.commit(Changes((Update(Customer, (agenda.tenant_id, agenda.customer_id), values),)))
    agenda.emit(EventType.CUSTOMER_DELETED, when, "requested", "soft")


def _cancel_and_create(case: _Case) -> None:
    """An upgrade by an order anew: the old subscription ends where the new one begins."""
    _replace(case, case.ago(12), case.price(), case.price(seats=7))


def _currency_switch(case: _Case) -> None:
    other = next(one for one in case.plans if one != case.agenda.currency)
    _replace(case, case.ago(11), case.price(), case.price(other))


def _replace(case: _Case, when: datetime, old: VersionPrice, new: VersionPrice) -> None:
    agenda = case.agenda
    first = case.subscribe(case.ago(300), old)
    case.subscribe(when, new, before=first)
    running = SubscriptionState(
        first.subscription_id, first.customer_id, first.status, first.started_at, first.price,
        others_running=True,
    )  # fmt: skip
    agenda.commit(end(running, EndSubscription(agenda.moment(when), "voluntary")))


def _begins_on_the_first(case: _Case) -> None:
    case.subscribe(_first_of_month(case), case.price())


def _ends_on_the_first(case: _Case) -> None:
    agenda = case.agenda
    state = case.subscribe(case.ago(300), case.price())
    request = EndSubscription(agenda.moment(_first_of_month(case)), "voluntary")
    agenda.commit(end(state, request))


def _first_of_month(case: _Case) -> datetime:
    """Local midnight of the first day of the month in which the era ends."""
    calendar, until = case.agenda.company.calendar, case.agenda.era.until
    return calendar.at(calendar.day(until).replace(day=1), time())


CASES: Final[dict[str, tuple[str, Callable[[_Case], None]]]] = {
    "bounced": ("aurora", _bounced),
    "partly-charged-back": ("aurora", _partly_charged_back),
    "partly-refunded": ("aurora", _partly_refunded),
    "void-with-allocation": ("aurora", _void_with_allocation),
    "deposit": ("aurora", _deposit),
    "post-dated-cheque": ("aurora", _cheque),
    "recovered": ("aurora", _recovered),
    "written-off-by-mistake": ("aurora", _written_off_by_mistake),
    "larger-credit-note": ("aurora", _larger_credit_note),
    "expired-limit": ("aurora", _expired_limit),
    "uncovered-exposure": ("aurora", _uncovered),
    "limit-in-another-currency": ("cinder", _limit_in_another_currency),
    "triangulated-limit": ("cinder", _triangulated_limit),
    "paused-and-resumed": ("aurora", _paused_and_resumed),
    "free-months": ("aurora", _free_months),
    "trial": ("aurora", _trial),
    "metered": ("aurora", _metered),
    "deleted-but-subscribed": ("aurora", _deleted_but_subscribed),
    "cancel-and-create": ("aurora", _cancel_and_create),
    "currency-switch": ("cinder", _currency_switch),
    "begins-on-the-first": ("aurora", _begins_on_the_first),
    "ends-on-the-first": ("aurora", _ends_on_the_first),
}
"""Each case by the company whose customer it is."""
_CURRENCY: Final = {"triangulated-limit": "EUR", "limit-in-another-currency": "EUR"}


def write_cases(seed: int, company: Company, plans: _Plans, batch: Batch, era: Era, first: int) -> None:
    """The cases of a company; `first` is the place in the series of customer numbers that is free."""
    own = [name for name, (tenant_id, _) in CASES.items() if tenant_id == company.tenant_id]
    places = {name: place for place, name in enumerate(own, first)}
    created_at = max(era.since + _DAY, era.until - 400 * _DAY)
    for number, (name, (tenant_id, write)) in enumerate(CASES.items(), _FIRST_NUMBER):
        if name in places:
            agenda = Agenda(
                company, number, RandomSource(seed, tenant_id, "case", name), batch, era,
                created_at=created_at, customer_number=number_at("customer", places[name]),
                keys=demo_keys(seed),
            )  # fmt: skip
            agenda.currency = _CURRENCY.get(name, company.base_currency)
            write(_Case(agenda, plans, name))
