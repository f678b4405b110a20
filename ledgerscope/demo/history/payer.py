"""How a customer pays: by card at once, by transfer sooner or later, in parts, too much, or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ledgerscope.domain.events import EventType
from ledgerscope.store.records import PaymentAttempt

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from ledgerscope.demo.history.account import Account, Claim
    from ledgerscope.demo.history.agenda import Agenda
    from ledgerscope.store.records import Id

__all__ = ["Payer"]

_RETRY_AFTER_DAYS: Final = (3, 5, 7)
_REASONS: Final = {
    "insufficient_funds": 0.38,
    "card_declined": 0.22,
    "expired_card": 0.16,
    "authentication_required": 0.12,
    "suspected_fraud": 0.03,
    "gateway_error": 0.05,
    "other": 0.04,
}
_TRANSFERS: Final = {"bank_transfer": 0.8, "direct_debit": 0.12, "cheque": 0.05, "cash": 0.03}
_HABITS: Final = {"full": 0.92, "in_parts": 0.04, "too_much": 0.02, "unnamed": 0.02}
_REVERSALS: Final = {"bounced": 0.5, "charged_back": 0.5}
_CREDIT_REASONS: Final = ("service outage", "price agreement", "wrong quantity", "goodwill")
_DISPUTED: Final = 0.022
_WITHDRAWN: Final = 0.006
_REVERSED: Final = 0.004
_UNUSED_CREDIT_STAYS: Final = 0.3
_RECOVERED: Final = 0.15
_GIVEN_UP_AFTER_DAYS: Final = (30, 60)


class Payer:
    """The paying habits of one customer.

    `past_due`, `recovered` and `exhausted` are called with the subscription of a claim whose charge failed,
    was made good, or was tried for the last time.
    """

    def __init__(
        self,
        agenda: Agenda,
        account: Account,
        *,
        past_due: Callable[[Id, datetime], None],
        recovered: Callable[[Id, datetime], None],
        exhausted: Callable[[Id, datetime], None],
        overdue: Callable[[Claim, datetime], None],
        paid: Callable[[datetime], None],
    ) -> None:
        company, random = agenda.company, agenda.random
        self._agenda = agenda
        self._account = account
        self._past_due = past_due
        self._recovered = recovered
        self._exhausted = exhausted
        self._overdue = overdue
        self._paid = paid
        self.autopay = random.chance(company.autopay_share)
        self.gateway = random.pick(company.gateways)
        self._lateness = random.expovariate(1 / company.late_days) if company.late_days else 0.0
        stops = random.chance(company.default_share)
        self._stops_at = random.moment(agenda.era.since, agenda.era.until) if stops else agenda.era.until

    def arrange(self, when: datetime, claim: Claim) -> None:
        """A new claim has come in: use what credit there is, then settle the rest in time, or not."""
        random = self._agenda.random
        if self._account.unused and not random.chance(_UNUSED_CREDIT_STAYS):
            self._account.use_credit(when, claim)
        if claim.open and random.chance(_WITHDRAWN):
            self._at(when + random.days(0.1, 2), lambda now: self._withdraw(now, claim))
        elif claim.open:
            self._settle_later(when, claim)
        if random.chance(_DISPUTED):
            self._at(when + random.days(2, 40), lambda now: self._credit(now, claim))

    def _settle_later(self, when: datetime, claim: Claim) -> None:
        random = self._agenda.random
        if self.autopay and len(claim.due_on) == 1:
            self._at(when + random.seconds(60, 7200), lambda now: self._charge(now, claim, 1))
            return
        for place, due_on in enumerate(claim.due_on):
            due = self._agenda.company.calendar.at(due_on, when.timetz().replace(tzinfo=None))
            self._at(max(when, due) + random.days(31, 45), lambda now: self._chase(now, claim))
            if when < self._stops_at:
                delay = random.days(-6, 3 + 2 * self._lateness)
                self._at(max(when, due + delay), self._transfer_of(claim, place))
            else:
                self._give_up_later(due, claim)

    def _transfer_of(self, claim: Claim, place: int) -> Callable[[datetime], None]:
        return lambda now: self._transfer(now, claim, place)

    def _at(self, when: datetime, action: Callable[[datetime], None]) -> None:
        self._agenda.at(when, action)

    def _charge(self, when: datetime, claim: Claim, attempt_no: int) -> None:
        """One try to charge the card; a refused one is repeated until the retries run out."""
        amount = claim.open
        if not amount or claim.status != "open":
            return
        random = self._agenda.random
        refused = self._agenda.company.decline if attempt_no == 1 else 0.55
        if when >= self._stops_at:
            refused = 0.97
        if not random.chance(refused):
            payment = self._account.receive(when, amount, "card", self.gateway, claim=claim)
            self._attempt(when, claim, attempt_no, payment=payment)
            self._after_payment(when, claim, payment)
            return
        reason = random.pick(_REASONS)
        self._attempt(when, claim, attempt_no, reason=reason)
        self._agenda.emit(EventType.PAYMENT_FAILED, when, self.gateway, reason, amount=amount)
        if claim.subscription_id:
            self._past_due(claim.subscription_id, when)
        if attempt_no <= len(_RETRY_AFTER_DAYS):
            again = when + random.days(0, 0.2) + random.days(1, 1) * _RETRY_AFTER_DAYS[attempt_no - 1]
            self._at(again, lambda now: self._charge(now, claim, attempt_no + 1))
        else:
            self._run_out(when, claim)

    def _run_out(self, when: datetime, claim: Claim) -> None:
        """Dunning has ended: the customer pays by hand, or is lost and the claim given up in time."""
        random = self._agenda.random
        if when < self._stops_at and random.chance(0.4):
            self._at(when + random.days(1, 8), self._transfer_of(claim, 0))
            return
        if claim.subscription_id:
            self._exhausted(claim.subscription_id, when)
        self._give_up_later(when, claim)

    def _transfer(self, when: datetime, claim: Claim, place: int) -> None:
        """Money sent by hand for one instalment, in one of the ways people do it."""
        part = claim.instalment(place)
        if not part.open_minor or claim.status != "open":
            return
        random = self._agenda.random
        habit, amount = random.pick(_HABITS), part.open_minor
        if habit == "in_parts" and amount > 1:
            amount = max(1, amount * random.randrange(25, 75) // 100)
            self._at(when + random.days(5, 20), self._transfer_of(claim, place))
        elif habit == "too_much":
            amount += max(1, amount * random.randrange(2, 20) // 100)
        known = habit != "unnamed"
        whole = known and (amount <= part.open_minor or claim.open == part.open_minor)
        payment = self._account.receive(
            when, amount, random.pick(_TRANSFERS), "manual", claim=claim if whole else None
        )
        if whole:
            self._after_payment(when, claim, payment)
        elif known:
            self._place_payment(when, claim, payment, part.open_minor)
        else:
            self._at(when + random.days(2, 15), lambda now: self._name(now, claim, payment))
        if habit == "too_much" and random.chance(0.4):
            self._at(when + random.days(10, 50), lambda now: self._refund(now, payment))

    def _name(self, when: datetime, claim: Claim, payment: Id) -> None:
        """A payment that nobody could place finds its claim."""
        if self._account.source(payment).left_minor and claim.status == "open":
            self._place_payment(when, claim, payment)

    def _place_payment(self, when: datetime, claim: Claim, payment: Id, limit: int | None = None) -> None:
        self._account.settle(when, claim, payment, limit)
        self._after_payment(when, claim, payment)

    def _after_payment(self, when: datetime, claim: Claim, payment: Id) -> None:
        if claim.subscription_id and claim.status == "paid":
            self._recovered(claim.subscription_id, when)
        self._paid(when)
        random = self._agenda.random
        if random.chance(_REVERSED):
            self._at(when + random.days(3, 30), lambda now: self._reverse(now, claim, payment))

    def _reverse(self, when: datetime, claim: Claim, payment: Id) -> None:
        """The payment bounces, or is charged back in whole or in part; what it settled is paid again."""
        source, random = self._account.source(payment), self._agenda.random
        if not source.stands or claim.status != "paid":
            return
        reversal = random.pick(_REVERSALS)
        part = max(1, source.value_minor // 3) if reversal == "charged_back" and random.chance(0.5) else None
        self._account.take_back(when, payment, reversal, part)
        for place in range(len(claim.due_on)):
            self._at(when + random.days(4, 30), self._transfer_of(claim, place))

    def _refund(self, when: datetime, source_id: Id) -> None:
        """What is left of money that was too much is paid back, or half of it."""
        left = self._account.source(source_id).left_minor
        if left:
            whole = self._agenda.random.chance(0.6)
            self._account.refund(when, source_id, left if whole else max(1, left // 2))

    def _credit(self, when: datetime, claim: Claim) -> None:
        """Part of a claim is disputed and credited; on a paid claim the credit stays unused."""
        random = self._agenda.random
        if claim.status not in ("open", "paid"):
            return
        amount = max(1, claim.total * random.choice((10, 15, 25, 50)) // 100)
        against = claim if claim.open else None
        self._account.give_credit(when, amount, random.choice(_CREDIT_REASONS), against)

    def _withdraw(self, when: datetime, claim: Claim) -> None:
        if claim.status == "open":
            self._account.void(when, claim)

    def _chase(self, when: datetime, claim: Claim) -> None:
        if claim.status == "open" and claim.open:
            self._overdue(claim, when)

    def _give_up_later(self, when: datetime, claim: Claim) -> None:
        self._at(
            when + self._agenda.random.days(*_GIVEN_UP_AFTER_DAYS), lambda now: self._give_up(now, claim)
        )

    def _give_up(self, when: datetime, claim: Claim) -> None:
        if claim.status == "open" and claim.open:
            write_off = self._account.write_off(when, claim, "no payment after reminders")
            if self._agenda.random.chance(_RECOVERED):
                again = when + self._agenda.random.days(20, 90)
                self._at(again, lambda now: self._recover(now, claim, write_off))
            if claim.subscription_id:
                self._exhausted(claim.subscription_id, when)

    def _recover(self, when: datetime, claim: Claim, write_off: Id) -> None:
        """The customer pays after all what was given up."""
        self._account.reverse_write_off(when, write_off, "recovered")
        amount = claim.open
        if amount and claim.status == "open":
            self._account.receive(when, amount, "bank_transfer", "manual", claim=claim)

    def _attempt(
        self,
        when: datetime,
        claim: Claim,
        attempt_no: int,
        *,
        payment: Id | None = None,
        reason: str | None = None,
    ) -> None:
        agenda = self._agenda
        outcome, payment_id = ("succeeded", payment) if payment else ("failed", None)
        agenda.write(
            PaymentAttempt(
                agenda.tenant_id, agenda.random.id(), claim.id, payment_id, self.gateway, attempt_no, outcome,
                reason, when,
            )
        )  # fmt: skip
