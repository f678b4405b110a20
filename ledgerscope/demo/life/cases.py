"""One customer for each state that documents, limits and subscriptions can be in: a table of cases.

What usual customers run into only now and then, or what only other programs write, is in every demo for
certain. A new case is a new row of `CASES`.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from ledgerscope.customers.credit import GrantLimit, grant_limit
from ledgerscope.customers.subscriptions import (
    Activate,
    EndSubscription,
    Pause,
    PriceInForce,
    Resume,
    SubscriptionState,
    VersionPrice,
    activate,
    end,
    pause,
    resume,
)
from ledgerscope.demo.life.account import Account
from ledgerscope.demo.life.story import Story
from ledgerscope.demo.plans import Price
from ledgerscope.demo.random_source import RandomSource
from ledgerscope.domain.events import EventType
from ledgerscope.store.changes import Changes, Update
from ledgerscope.store.records import (
    Customer,
    FxRate,
    Invoice,
    PlanRow,
    StatusChange,
    Subscription,
    SubscriptionVersion,
    span,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ledgerscope.demo.companies import Company
    from ledgerscope.demo.life.account import Claim
    from ledgerscope.demo.life.story import Era
    from ledgerscope.demo.plans import Plan
    from ledgerscope.store.changes_batch import Batch
    from ledgerscope.store.records import Id

    _Plans = Mapping[str, Mapping[tuple[str, str], Plan]]

__all__ = ["CASES", "write_cases"]

_FIRST_NUMBER: Final = 990_000
_DAY: Final = timedelta(days=1)


class _Case:
    """A customer of its own, and the days before the end of the era."""

    def __init__(self, story: Story, plans: _Plans, name: str) -> None:
        self.story = story
        self.plans = plans
        self.account = Account(story, 30)
        self.name = name
        self._begin()

    def ago(self, days: float) -> datetime:
        """An instant so many days before the end, but not before the beginning."""
        return max(self.story.era.since + _DAY, self.story.era.until - days * _DAY)

    def bill(self, days: float, net: int = 200_00) -> Claim:
        """An invoice of so many days ago, due a month later."""
        when = self.ago(days)
        return self.account.issue(when, "one_time", net, [self.story.day(when) + 30 * _DAY])

    def pay(self, days: float, claim: Claim, amount: int | None = None) -> Id:
        """A payment of so many days ago, set against a claim."""
        money = claim.open if amount is None else amount
        payment = self.account.receive(self.ago(days), money, "bank_transfer", "manual")
        self.account.settle(self.ago(days), claim, payment)
        return payment

    def grant(self, currency: str, amount: int, until: datetime | None = None) -> None:
        """A limit from about half a year ago on."""
        request = GrantLimit(
            moment=self.story.moment(self.ago(180)),
            credit_limit_id=self.story.random.id(),
            customer_id=self.story.customer_id,
            currency=currency,
            limit_minor=amount,
            approved_by="credit desk",
            until=until,
        )
        self.story.commit(grant_limit(None, request))

    def price(self, currency: str | None = None, seats: int = 3) -> VersionPrice:
        """A monthly price of the professional tier."""
        currency = currency or self.story.currency
        price = Price(self.plans[currency]["professional", "month"], seats, 0)
        return VersionPrice(price.plan.plan_id, "professional", seats, Decimal(0), currency, price.mrr)

    def subscribe(
        self, when: datetime, price: VersionPrice, *, before: SubscriptionState | None = None
    ) -> SubscriptionState:
        """A subscription whose price counts from its start; `before` is one that still runs."""
        story = self.story
        subscription_id, version_id = story.random.id(), story.random.id()
        row = Subscription(story.tenant_id, subscription_id, story.customer_id, price.plan_id, "active", when)
        story.write(row)
        story.emit(EventType.SUBSCRIPTION_CREATED, when, price.tier)
        state = SubscriptionState(
            subscription_id, story.customer_id, "active", when, None, ever_paid=before is not None
        )
        story.commit(activate(state, Activate(story.moment(when), version_id, price)))
        in_force = PriceInForce(version_id, when)
        return SubscriptionState(subscription_id, story.customer_id, "active", when, in_force)

    def _begin(self) -> None:
        story, when = self.story, self.ago(400)
        number = f"S-{self.name}"
        email = f"{self.name}@example.com"
        story.write(
            Customer(
                story.tenant_id, story.customer_id, number, f"Case {self.name}", email, "active", False,
                story.currency, 30, "api", "direct", when, when,
            )
        )  # fmt: skip
        change = (None, "active", "created", "api", when)
        story.write(StatusChange(story.tenant_id, story.customer_id, *change))
        story.emit(EventType.CUSTOMER_CREATED, when, "api", "active")


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
    story, claim = case.story, case.bill(70)
    case.pay(50, claim)
    when = case.ago(20)
    void = {"status": "void", "voided_on": story.day(when)}
    story.commit(Changes((Update(Invoice, (story.tenant_id, claim.id), void),)))
    story.emit(EventType.INVOICE_VOIDED, when, amount=claim.total)


def _deposit(case: _Case) -> None:
    """Money for an invoice that is dated two weeks later."""
    story, when = case.story, case.ago(60)
    dated = story.day(when) + 14 * _DAY
    claim = case.account.issue(when, "one_time", 300_00, [dated + 30 * _DAY], issued_on=dated)
    payment = case.account.receive(when, 100_00, "bank_transfer", "manual")
    case.account.settle(when, claim, payment)


def _cheque(case: _Case) -> None:
    """A cheque that counts only in a week from now."""
    claim, when = case.bill(20), case.ago(2)
    dated = case.story.day(case.story.era.until) + 7 * _DAY
    payment = case.account.receive(when, claim.open, "cheque", "manual", dated=dated)
    case.account.settle(when, claim, payment)


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
    note = case.account.give_credit(case.ago(50), claim.total + 90_00, "price agreement")
    case.account.settle(case.ago(50), claim, note)


def _expired_limit(case: _Case) -> None:
    case.bill(20)
    case.grant(case.story.currency, 5_000_00, until=case.ago(30))


def _limit_in_another_currency(case: _Case) -> None:
    case.bill(20)
    case.grant(next(one for one in case.plans if one != case.story.currency), 9_000_00)


def _triangulated_limit(case: _Case) -> None:
    """The only rates of the limit's currency are those to the base currency."""
    case.bill(20)
    case.grant("GBP", 9_000_00)
    story = case.story
    for days in range(0, 700, 30):
        day, base = story.day(case.ago(days)), story.company.base_currency
        rate = Decimal("0.79") + Decimal(days) / 100_000
        story.write(FxRate(story.tenant_id, day, base, "GBP", rate))
        if case.ago(days) <= story.era.since + _DAY:
            break


def _uncovered(case: _Case) -> None:
    """A limit in a currency that there is no rate for."""
    case.bill(20)
    case.grant("CHF", 9_000_00)


def _paused_and_resumed(case: _Case) -> None:
    story, price = case.story, case.price()
    state = case.subscribe(case.ago(300), price)
    story.commit(pause(state, Pause(story.moment(case.ago(100)))))
    paused = SubscriptionState(state.subscription_id, state.customer_id, "paused", state.started_at, None)
    story.commit(resume(paused, Resume(story.moment(case.ago(45)), story.random.id(), price)))


def _free_months(case: _Case) -> None:
    """The first months cost nothing: a version whose discount is the whole price."""
    story, price = case.story, case.price()
    start, over = case.ago(200), case.ago(110)
    subscription_id = story.random.id()
    story.write(
        Subscription(story.tenant_id, subscription_id, story.customer_id, price.plan_id, "active", start)
    )
    story.emit(EventType.SUBSCRIPTION_CREATED, start, price.tier)
    story.write(
        SubscriptionVersion(
            story.tenant_id, story.random.id(), subscription_id, story.customer_id, price.plan_id,
            price.quantity, Decimal(1), price.currency, Decimal(0), span(start, over),
        )
    )  # fmt: skip
    state = SubscriptionState(subscription_id, story.customer_id, "active", start, None, ever_paid=False)
    story.commit(activate(state, Activate(story.moment(over), story.random.id(), price)))


def _trial(case: _Case) -> None:
    story, price, start = case.story, case.price(), case.ago(5)
    end_of_trial = story.company.calendar.days_later(start, 30)
    story.write(
        Subscription(
            story.tenant_id, story.random.id(), story.customer_id, price.plan_id, "trialing", start,
            end_of_trial,
        )
    )  # fmt: skip
    story.emit(EventType.SUBSCRIPTION_CREATED, start, price.tier)


def _metered(case: _Case) -> None:
    """Billed by use: a price per unit that is never recurring revenue."""
    story, start, plan_id = case.story, case.ago(150), case.story.random.id()
    story.write(
        PlanRow(
            story.tenant_id, plan_id, "metered", "By use", "professional", 5_00, story.currency, "month", 1,
            0, True, story.era.since,
        )
    )  # fmt: skip
    subscription_id = story.random.id()
    story.write(Subscription(story.tenant_id, subscription_id, story.customer_id, plan_id, "active", start))
    story.emit(EventType.SUBSCRIPTION_CREATED, start, "professional")
    story.write(
        SubscriptionVersion(
            story.tenant_id, story.random.id(), subscription_id, story.customer_id, plan_id, 1, Decimal(0),
            story.currency, Decimal(5_00), span(start, None),
        )
    )  # fmt: skip


def _deleted_but_subscribed(case: _Case) -> None:
    story, when = case.story, case.ago(30)
    case.subscribe(case.ago(300), case.price())
    values = {"deleted_at": when, "deletion_mode": "soft", "deletion_reason": "requested"}
    story.commit(Changes((Update(Customer, (story.tenant_id, story.customer_id), values),)))
    story.emit(EventType.CUSTOMER_DELETED, when, "requested", "soft")


def _cancel_and_create(case: _Case) -> None:
    """An upgrade by an order anew: the old subscription ends where the new one begins."""
    _replace(case, case.ago(12), case.price(), case.price(seats=7))


def _currency_switch(case: _Case) -> None:
    other = next(one for one in case.plans if one != case.story.currency)
    _replace(case, case.ago(11), case.price(), case.price(other))


def _replace(case: _Case, when: datetime, old: VersionPrice, new: VersionPrice) -> None:
    story = case.story
    first = case.subscribe(case.ago(300), old)
    case.subscribe(when, new, before=first)
    running = SubscriptionState(
        first.subscription_id, first.customer_id, first.status, first.started_at, first.price,
        others_running=True,
    )  # fmt: skip
    story.commit(end(running, EndSubscription(story.moment(when), "voluntary")))


def _begins_on_the_first(case: _Case) -> None:
    case.subscribe(_first_of_month(case), case.price())


def _ends_on_the_first(case: _Case) -> None:
    story = case.story
    state = case.subscribe(case.ago(300), case.price())
    request = EndSubscription(story.moment(_first_of_month(case)), "voluntary")
    story.commit(end(state, request))


def _first_of_month(case: _Case) -> datetime:
    """Local midnight of the first day of the month in which the era ends."""
    calendar, until = case.story.company.calendar, case.story.era.until
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


def write_cases(seed: int, company: Company, plans: _Plans, batch: Batch, era: Era) -> None:
    """The cases of a company."""
    for number, (name, (tenant_id, write)) in enumerate(CASES.items(), _FIRST_NUMBER):
        if tenant_id == company.tenant_id:
            story = Story(company, number, RandomSource(seed, tenant_id, "case", name), batch, era)
            story.currency = _CURRENCY.get(name, company.base_currency)
            write(_Case(story, plans, name))
