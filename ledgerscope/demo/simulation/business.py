"""What customers and the people of a company do, and how often: the table of all operations of the business.

The rates are those of a company that does well: what a customer owes is paid about when it is due, fewer
leave than come, and few are unhappy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ledgerscope.demo.simulation import (
    accounts,
    billing,
    credit,
    feedback,
    papers,
    relations,
    subscriptions,
    sync,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ledgerscope.demo.simulation.context import Context

__all__ = ["PER_COMPANY_AND_DAY", "PER_CUSTOMER_AND_MONTH"]

PER_CUSTOMER_AND_MONTH: Final[Mapping[Callable[[Context], object], float]] = {
    accounts.create_customer: 0.05,
    accounts.change_profile: 0.12,
    accounts.block: 0.003,
    accounts.release: 0.004,
    accounts.hold_credit: 0.004,
    accounts.release_credit: 0.005,
    relations.add_contact: 0.03,
    relations.change_contact: 0.02,
    relations.lose_contact: 0.01,
    relations.talk: 0.3,
    relations.plan_interaction: 0.12,
    relations.settle_interaction: 0.13,
    relations.change_segment: 0.05,
    papers.make_statement: 0.1,
    subscriptions.subscribe: 0.065,
    subscriptions.change_quantity: 0.03,
    subscriptions.pause_one: 0.004,
    subscriptions.resume_one: 0.012,
    subscriptions.cancel: 0.01,
    billing.bill: 1.1,
    billing.pay: 1.06,
    billing.pay_a_part: 0.06,
    billing.pay_too_much: 0.02,
    billing.decline_card: 0.06,
    billing.give_credit: 0.02,
    billing.charge_back: 0.004,
    billing.refund_unused: 0.006,
    billing.void: 0.004,
    billing.write_off: 0.004,
    billing.recover: 0.0005,
    credit.ask_for_limit: 0.06,
    credit.decide: 0.07,
    feedback.answer_nps: 0.25,
    feedback.answer_csat: 0.1,
    feedback.open_ticket: 0.12,
    feedback.close_ticket: 0.13,
    feedback.use_product: 3.0,
    sync.connect: 0.008,
    sync.rotate_login: 0.012,
    sync.change_setting: 0.006,
    sync.ask_for_sync: 0.02,
    sync.pause_sync: 0.004,
    sync.resume_sync: 0.004,
    sync.leave: 0.002,
}
PER_COMPANY_AND_DAY: Final[Mapping[Callable[[Context], object], float]] = {
    feedback.refresh_aging: 1.2,
    papers.export_customers: 0.2,
}
