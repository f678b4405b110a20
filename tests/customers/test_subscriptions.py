"""Decisions about subscriptions, without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from ledgerscope.customers import Moment, Refused
from ledgerscope.customers.subscriptions import (
    Cancel,
    ChangePrice,
    EndSubscription,
    Pause,
    PriceInForce,
    Resume,
    Start,
    SubscriptionState,
    VersionPrice,
    cancel,
    change_price,
    end,
    fall_behind,
    pause,
    recover,
    resume,
    start,
)
from ledgerscope.store.changes import Changes, Update
from ledgerscope.store.records import Subscription, SubscriptionVersion

if TYPE_CHECKING:
    from ledgerscope.customers import Decision

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
MOMENT = Moment("acme", NOW, NOW.date())
RUNNING = SubscriptionState(
    "s", "c", "active", NOW - timedelta(days=90), PriceInForce("v1", NOW - timedelta(days=30))
)
PAUSED = replace(RUNNING, status="paused", price=None)
PRICE = VersionPrice("p", "starter", 2, Decimal(0), "EUR", Decimal(5800))


def kinds(decision: Decision) -> list[str]:
    assert isinstance(decision, Changes), decision
    return [event.event_type for event in decision.events]


def updates(decision: Decision) -> dict[str, object]:
    assert isinstance(decision, Changes), decision
    return {
        name: value for row in decision.rows if isinstance(row, Update) for name, value in row.values.items()
    }


def test_a_pause_ends_the_price_and_not_the_subscription() -> None:
    decision = pause(RUNNING, Pause(MOMENT))
    assert kinds(decision) == ["SubscriptionPaused"]
    changed = updates(decision)
    assert changed["status"] == "paused"
    assert str(changed["valid"]).endswith(f",{NOW.isoformat()})")
    assert "ended_at" not in changed


def test_a_resumption_is_neither_won_nor_regained() -> None:
    decision = resume(PAUSED, Resume(MOMENT, "v2", PRICE))
    assert kinds(decision) == ["SubscriptionResumed"]
    assert isinstance(decision, Changes)
    assert [row.version_id for row in decision.rows if isinstance(row, SubscriptionVersion)] == ["v2"]
    assert updates(decision)["status"] == "active"


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (RUNNING, ["SubscriptionEnded", "CustomerLost"]),
        (PAUSED, ["SubscriptionEnded", "CustomerLost"]),
        (replace(RUNNING, others_running=True), ["SubscriptionEnded"]),
        (replace(RUNNING, ever_paid=False), ["SubscriptionEnded"]),
        (replace(RUNNING, lost=True), ["SubscriptionEnded"]),
    ],
)
def test_the_end_of_the_last_subscription_of_a_paying_customer_is_a_loss(
    state: SubscriptionState, expected: list[str]
) -> None:
    decision = end(state, EndSubscription(MOMENT, "voluntary"))
    assert kinds(decision) == expected
    assert updates(decision)["end_reason"] == "voluntary"


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (RUNNING, ["SubscriptionChanged"]),
        (replace(RUNNING, price=None, ever_paid=False), ["SubscriptionChanged", "CustomerWon"]),
        (replace(RUNNING, price=None, lost=True), ["SubscriptionChanged", "CustomerRegained"]),
    ],
)
def test_the_first_price_above_zero_wins_the_customer(state: SubscriptionState, expected: list[str]) -> None:
    assert kinds(change_price(state, ChangePrice(MOMENT, "v2", PRICE))) == expected


def test_a_free_price_has_no_version() -> None:
    decision = change_price(RUNNING, ChangePrice(MOMENT, "v2", replace(PRICE, mrr=Decimal(0))))
    assert isinstance(decision, Changes)
    assert not [row for row in decision.rows if isinstance(row, SubscriptionVersion)]


def test_a_cancellation_is_a_wish_and_changes_no_price() -> None:
    decision = cancel(RUNNING, Cancel(MOMENT))
    assert updates(decision) == {"cancel_requested_at": NOW}
    assert kinds(decision) == []


@pytest.mark.parametrize(
    ("decision", "reason"),
    [
        (pause(PAUSED, Pause(MOMENT)), "this one is paused"),
        (pause(replace(RUNNING, price=PriceInForce("v", NOW)), Pause(MOMENT)), "pause after it has begun"),
        (resume(RUNNING, Resume(MOMENT, "v2", PRICE)), "this one is active"),
        (change_price(PAUSED, ChangePrice(MOMENT, "v2", PRICE)), "this one is paused"),
        (cancel(replace(RUNNING, status="ended"), Cancel(MOMENT)), "has ended already"),
        (cancel(replace(RUNNING, cancel_requested_at=NOW), Cancel(MOMENT)), "was cancelled at"),
        (end(replace(RUNNING, status="ended"), EndSubscription(MOMENT, "voluntary")), "has ended already"),
        (
            end(
                replace(RUNNING, price=PriceInForce("v", NOW)),
                EndSubscription(MOMENT, "voluntary"),
            ),
            "end it after it has begun",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason(decision: Decision, reason: str) -> None:
    assert isinstance(decision, Refused)
    assert reason in decision.reason


def test_a_subscription_begins_active_or_on_trial() -> None:
    begun = Start(moment=MOMENT, subscription_id="s", customer_id="c", plan_id="p", tier="starter")
    decision = start(begun)
    assert isinstance(decision, Changes)
    assert decision.rows == (Subscription("acme", "s", "c", "p", "active", NOW),)
    assert kinds(decision) == ["SubscriptionCreated"]
    on_trial = start(replace(begun, trial_end=NOW + timedelta(days=14)))
    assert isinstance(on_trial, Changes)
    assert [row.status for row in on_trial.rows if isinstance(row, Subscription)] == ["trialing"]


def test_a_trial_must_end_after_it_begins() -> None:
    begun = Start(moment=MOMENT, subscription_id="s", customer_id="c", plan_id="p", tier="t", trial_end=NOW)
    assert isinstance(start(begun), Refused)


def test_a_subscription_falls_behind_and_recovers() -> None:
    assert updates(fall_behind(RUNNING, MOMENT)) == {"status": "past_due"}
    behind = replace(RUNNING, status="past_due")
    assert updates(recover(behind, MOMENT)) == {"status": "active"}
    assert isinstance(fall_behind(behind, MOMENT), Refused)
    assert isinstance(recover(RUNNING, MOMENT), Refused)
