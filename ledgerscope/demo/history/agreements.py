"""All subscriptions of a customer: trials, renewals, changes, pauses, ends and returns.

Guards what churn is made of: CustomerWon at the first price above zero, CustomerLost when the last
subscription of a paying customer ends (a pause is no end), CustomerRegained when it pays again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ledgerscope.customers.subscriptions import (
    Activate,
    Cancel,
    ChangePrice,
    EndSubscription,
    Pause,
    PriceInForce,
    Resume,
    activate,
    cancel,
    change_price,
    end,
    fall_behind,
    pause,
    recover,
    resume,
    start,
)
from ledgerscope.demo.history.agreement import Agreement
from ledgerscope.demo.plans import LADDER, Price

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from ledgerscope.customers import Decision, Moment
    from ledgerscope.customers.subscriptions import SubscriptionState
    from ledgerscope.demo.history.account import Account, Claim
    from ledgerscope.demo.history.agenda import Agenda
    from ledgerscope.demo.plans import Plan
    from ledgerscope.store.records import Id

__all__ = ["Agreements"]

_REVIEW_DAYS: Final = (24, 36)
_PAUSE_DAYS: Final = (20, 75)
_AWAY_DAYS: Final = (15, 170)
_DISCOUNTS: Final = (10, 15, 20, 30)
_SEATS: Final = {1: 0.5, 2: 0.25, 3: 0.16, 5: 0.08, 10: 0.01}
_INSTALMENTS: Final = {1: 0.6, 4: 0.4}
_MONTHS_OF_YEAR: Final = 12


class Agreements:
    """The subscriptions of one customer; `lost` and `active` say how it stands."""

    def __init__(
        self,
        agenda: Agenda,
        plans: Mapping[tuple[str, str], Plan],
        account: Account,
        arrange: Callable[[datetime, Claim], None],
    ) -> None:
        self._agenda = agenda
        self._plans = plans
        self._account = account
        self._arrange = arrange
        self.all: list[Agreement] = []
        self.won_at: datetime | None = None
        self.lost = False
        self.on_return: Callable[[datetime], None] | None = None
        self.on_loss: Callable[[datetime], None] | None = None

    @property
    def won(self) -> bool:
        """Whether it has ever paid."""
        return self.won_at is not None

    @property
    def active(self) -> bool:
        """Whether a price above zero counts now."""
        return any(agreement.paying for agreement in self.all)

    def first(self, when: datetime) -> None:
        """The first subscription, perhaps on trial."""
        company, random = self._agenda.company, self._agenda.random
        tier = random.pick(company.tiers)
        unit = "month" if tier == "free" else random.pick(company.intervals)
        self._subscribe(when, self._price(tier, unit), trial=random.chance(company.trial_share))

    @property
    def running(self) -> int:
        """How many have not ended."""
        return sum(not agreement.ended for agreement in self.all)

    def past_due(self, subscription_id: Id, when: datetime) -> None:
        self._move(fall_behind, "past_due", subscription_id, when)

    def recovered(self, subscription_id: Id, when: datetime) -> None:
        self._move(recover, "active", subscription_id, when)

    def exhausted(self, subscription_id: Id, when: datetime) -> None:
        """Dunning ran out: the subscription ends involuntarily."""
        agreement = self._find(subscription_id)
        if not agreement.ended:
            self._end(agreement, when, "involuntary")

    def _price(self, tier: str, unit: str) -> Price:
        company, random = self._agenda.company, self._agenda.random
        discount = random.choice(_DISCOUNTS) if random.chance(company.discount_share) else 0
        quantity = 1 if tier == "free" else random.pick(_SEATS)
        return Price(self._plans[tier, unit], quantity, discount)

    def _find(self, subscription_id: Id) -> Agreement:
        return next(agreement for agreement in self.all if agreement.id == subscription_id)

    def _move(
        self,
        decide: Callable[[SubscriptionState, Moment], Decision],
        after: str,
        subscription_id: Id,
        when: datetime,
    ) -> None:
        agreement = self._find(subscription_id)
        if self._agenda.commit(decide(self._state(agreement), self._agenda.moment(when))):
            agreement.status = after

    def _subscribe(self, when: datetime, price: Price, *, trial: bool) -> None:
        agreement = Agreement(self._agenda, when, price)
        self.all.append(agreement)
        on_trial = trial and bool(price.plan.trial_days)
        if on_trial:
            agreement.status = "trialing"
            agreement.trial_end = self._agenda.company.calendar.days_later(when, price.plan.trial_days)
            self._agenda.at(agreement.trial_end, lambda now: self._decide(agreement, now))
        self._agenda.commit(start(agreement.start()))
        if not on_trial:
            self._activate(agreement, when)

    def _decide(self, agreement: Agreement, when: datetime) -> None:
        """The trial is over."""
        if self._agenda.random.chance(self._agenda.company.trial_conversion):
            self._activate(agreement, when)
        else:
            self._end(agreement, when, "voluntary")

    def _activate(self, agreement: Agreement, when: datetime) -> None:
        version_id = self._agenda.random.id()
        request = Activate(self._agenda.moment(when), version_id, agreement.version_price())
        self._count_from(agreement, activate(self._state(agreement), request), version_id, when)
        agreement.status = "active"
        agreement.anchor, agreement.period_no = when, 0
        self._bill(agreement, when, agreement.epoch)
        self._review_later(agreement, when)

    def _state(self, agreement: Agreement) -> SubscriptionState:
        others = any(not other.ended for other in self.all if other is not agreement)
        return agreement.state(ever_paid=self.won, lost=self.lost, others_running=others)

    def _count_from(self, agreement: Agreement, decision: Decision, version_id: Id, when: datetime) -> bool:
        """Write a decision by which a price counts from now on, and remember what it made of the customer."""
        if self._agenda.commit(decision) is None:
            return False
        agreement.in_force = None
        if agreement.price.is_free:
            return True
        agreement.in_force = PriceInForce(version_id, when)
        if self.lost and self.on_return:
            self.on_return(when)
        self.won_at, self.lost = self.won_at or when, False
        return True

    def _end(self, agreement: Agreement, when: datetime, reason: str) -> None:
        state = self._state(agreement)
        if self._agenda.commit(end(state, EndSubscription(self._agenda.moment(when), reason))) is None:
            return
        agreement.status, agreement.in_force = "ended", None
        agreement.epoch += 1
        if self.won and not self.lost and not state.others_running:
            self.lost = True
            self._after_loss(when)

    def _after_loss(self, when: datetime) -> None:
        random = self._agenda.random
        if self.on_loss:
            self.on_loss(when)
        if random.chance(self._agenda.company.comeback):
            self._agenda.at(when + random.days(*_AWAY_DAYS), self._come_back)

    def _come_back(self, when: datetime) -> None:
        if self.lost:
            last = self.all[-1].price.plan
            self._subscribe(when, self._price(last.tier, last.interval.unit), trial=False)

    def _bill(self, agreement: Agreement, when: datetime, epoch: int) -> None:
        """A period begins: bill it in advance, and decide whether it is the last."""
        if agreement.epoch != epoch:
            return
        self._renew_price(agreement, when)
        agenda, interval = self._agenda, agreement.price.plan.interval
        agreement.period_no += 1
        ends = interval.later(agenda.company.calendar, agreement.anchor, agreement.period_no)
        if not agreement.price.is_free:
            self._invoice(agreement, when, ends)
        self._maybe_cancel(agreement, when, ends)
        agenda.at(ends, lambda now: self._bill(agreement, now, epoch))

    def _invoice(self, agreement: Agreement, when: datetime, ends: datetime) -> None:
        agenda, account = self._agenda, self._account
        calendar, yearly = agenda.company.calendar, agreement.price.plan.interval.months == _MONTHS_OF_YEAR
        parts = agenda.random.pick(_INSTALMENTS) if yearly else 1
        first = calendar.days_later(when, account.terms_days)
        due = [calendar.day(calendar.months_later(first, 3 * n)) for n in range(parts)]
        claim = account.issue(
            when,
            "subscription",
            agreement.price.net_minor,
            due,
            subscription_id=agreement.id,
            period=(when, ends),
        )
        if claim is not None:
            self._arrange(when, claim)

    def _maybe_cancel(self, agreement: Agreement, when: datetime, ends: datetime) -> None:
        """Within this period the customer may ask to leave at its end."""
        agenda = self._agenda
        months = (ends - when).days / 30.4
        hazard = agenda.company.cancel.at(agenda.era.progress(when))
        if agreement.cancel_requested_at is None and agenda.random.chance(1 - (1 - hazard) ** months):
            asked, epoch = agenda.random.moment(when, ends), agreement.epoch
            agenda.at(asked, lambda now: self._ask_to_leave(agreement, now, epoch))
            agenda.at(ends, lambda now: self._leave(agreement, now))

    def _ask_to_leave(self, agreement: Agreement, when: datetime, epoch: int) -> None:
        if agreement.epoch != epoch:
            return
        if self._agenda.commit(cancel(self._state(agreement), Cancel(self._agenda.moment(when)))):
            agreement.cancel_requested_at = when

    def _leave(self, agreement: Agreement, when: datetime) -> None:
        if agreement.cancel_requested_at and not agreement.ended:
            self._end(agreement, when, "voluntary")

    def _review_later(self, agreement: Agreement, when: datetime) -> None:
        later = when + self._agenda.random.days(*_REVIEW_DAYS)
        self._agenda.at(later, lambda now: self._review(agreement, now))

    def _review(self, agreement: Agreement, when: datetime) -> None:
        """About once a month a customer thinks about what it has."""
        if agreement.ended:
            return
        if agreement.status == "active" and agreement.paying and agreement.cancel_requested_at is None:
            company = self._agenda.company
            wish = self._agenda.random.pick(
                {
                    self._upgrade: company.upgrade,
                    self._downgrade: company.downgrade,
                    self._pause: company.pause,
                    self._add_another: company.second_subscription,
                    self._keep: 1.0,
                }
            )
            wish(agreement, when)
        self._review_later(agreement, when)

    def _keep(self, agreement: Agreement, when: datetime) -> None:
        """Nothing changes."""

    def _upgrade(self, agreement: Agreement, when: datetime) -> None:
        """A higher tier or more seats, at once; what is left of the period is billed in addition."""
        old, new = agreement.price, self._higher(agreement.price)
        if new == old:
            return
        agreement.next_price = new
        self._renew_price(agreement, when)
        ends = new.plan.interval.later(self._agenda.company.calendar, agreement.anchor, agreement.period_no)
        starts = new.plan.interval.later(
            self._agenda.company.calendar, agreement.anchor, agreement.period_no - 1
        )
        extra = int((new.net_minor - old.net_minor) * ((ends - when) / (ends - starts)))
        if extra > 0:
            day = self._agenda.day(self._agenda.company.calendar.days_later(when, self._account.terms_days))
            claim = self._account.issue(
                when, "addon", extra, [day], subscription_id=agreement.id, period=(when, ends)
            )
            if claim is not None:
                self._arrange(when, claim)

    def _higher(self, price: Price) -> Price:
        plan = price.plan
        if plan.tier == LADDER[-1] or (plan.rank and self._agenda.random.chance(0.5)):
            return Price(plan, price.quantity + self._agenda.random.randrange(1, 4), price.discount_percent)
        return Price(
            self._plans[LADDER[plan.rank + 1], plan.interval.unit], price.quantity, price.discount_percent
        )

    def _downgrade(self, agreement: Agreement, when: datetime) -> None:  # noqa: ARG002 -- one of the wishes
        """Fewer seats or a lower tier, from the next period on."""
        price = agreement.price
        plan = price.plan
        if price.quantity > 1:
            agreement.next_price = Price(plan, max(1, price.quantity // 2), price.discount_percent)
        elif plan.rank > 1:
            lower = self._plans[LADDER[plan.rank - 1], plan.interval.unit]
            agreement.next_price = Price(lower, price.quantity, price.discount_percent)

    def _renew_price(self, agreement: Agreement, when: datetime) -> None:
        """Let an agreed change of price take effect."""
        if agreement.next_price == agreement.price:
            return
        state, version_id, before = self._state(agreement), self._agenda.random.id(), agreement.price
        agreement.price = agreement.next_price
        request = ChangePrice(self._agenda.moment(when), version_id, agreement.version_price())
        if not self._count_from(agreement, change_price(state, request), version_id, when):
            agreement.price = agreement.next_price = before

    def _pause(self, agreement: Agreement, when: datetime) -> None:
        if self._agenda.commit(pause(self._state(agreement), Pause(self._agenda.moment(when)))) is None:
            return
        agreement.status, agreement.in_force = "paused", None
        agreement.epoch += 1
        again = when + self._agenda.random.days(*_PAUSE_DAYS)
        self._agenda.at(again, lambda now: self._resume(agreement, now))

    def _resume(self, agreement: Agreement, when: datetime) -> None:
        version_id = self._agenda.random.id()
        request = Resume(self._agenda.moment(when), version_id, agreement.version_price())
        if self._count_from(agreement, resume(self._state(agreement), request), version_id, when):
            agreement.status = "active"
            agreement.anchor, agreement.period_no = when, 0
            self._bill(agreement, when, agreement.epoch)

    def _add_another(self, agreement: Agreement, when: datetime) -> None:
        """A second, small subscription beside the first; never for customers that pay nothing yet."""
        if agreement.paying and self.running == 1:
            self._subscribe(when, self._price("starter", "month"), trial=False)
