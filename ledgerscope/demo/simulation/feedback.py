"""Operations around what customers say: surveys, tickets, using the product, and asking for figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy.dialects.postgresql import insert

from ledgerscope.customers import Call
from ledgerscope.customers.aging.decision import record_refresh
from ledgerscope.customers.aging.refresh import keep_snapshot
from ledgerscope.demo.simulation.accounts import pick_customer
from ledgerscope.domain.events import EventType
from ledgerscope.store import tables as t
from ledgerscope.store.records import SurveyResponse, Ticket, TicketEvent, derive_id

if TYPE_CHECKING:
    from ledgerscope.demo.simulation.context import Context

__all__ = ["answer_csat", "answer_nps", "close_ticket", "open_ticket", "refresh_aging", "use_product"]

_PRIORITIES: Final = {"critical": 0.05, "high": 0.2, "medium": 0.5, "low": 0.25}


def answer_nps(context: Context) -> None:
    """Somebody says how likely it is to recommend the company."""
    _answer(
        context, "nps", EventType.NPS_ANSWERED, min(10, max(0, round(context.random.gauss(8.4, 1.6)))), 10
    )


def answer_csat(context: Context) -> None:
    """Somebody rates the help it got."""
    _answer(
        context, "csat", EventType.CSAT_ANSWERED, min(5, max(1, round(context.random.gauss(4.4, 0.7)))), 5
    )


def _answer(context: Context, kind: str, event_type: EventType, score: int, scale: int) -> None:
    customer = pick_customer(context, "active")
    if customer is None:
        return
    random, subject = context.random, customer.customer_id.hex
    context.write(
        SurveyResponse(
            context.tenant_id, random.id(), subject, kind, random.id()[:16], score, scale, context.now
        )
    )
    context.emit(event_type, customer_id=subject)


def open_ticket(context: Context) -> None:
    """A customer asks for help."""
    customer = pick_customer(context, "active")
    if customer is None:
        return
    ticket_id, priority = context.random.id(), context.random.pick(_PRIORITIES)
    subject = customer.customer_id.hex
    context.write(Ticket(context.tenant_id, ticket_id, subject, priority, "open", context.now))
    context.write(TicketEvent(context.tenant_id, ticket_id, "opened", "customer", context.now))
    context.emit(EventType.TICKET_OPENED, priority, customer_id=subject)


def close_ticket(context: Context) -> None:
    """A ticket is resolved and closed."""
    ticket = context.pick(
        t.ticket, "ticket_id", t.ticket.c.status != "closed", t.ticket.c.opened_at <= context.now
    )
    if ticket is None:
        return
    context.change(
        t.ticket,
        "ticket_id",
        ticket,
        status="closed",
        first_reply_at=ticket.first_reply_at or context.now,
        resolved_at=ticket.resolved_at or context.now,
        closed_at=context.now,
    )
    context.write(TicketEvent(context.tenant_id, ticket.ticket_id.hex, "closed", "support", context.now))
    context.emit(EventType.TICKET_CLOSED, ticket.priority, customer_id=ticket.customer_id.hex)


def use_product(context: Context) -> None:
    """A user of a customer is active today; a second time on a day changes nothing."""
    customer = pick_customer(context, "active")
    if customer is None:
        return
    row = {
        "tenant_id": context.tenant_id,
        "day": context.today,
        "customer_id": customer.customer_id,
        "user_hash": customer.customer_id.hex[:16],
    }
    context.connection.execute(insert(t.activity_day).values(row).on_conflict_do_nothing())


def refresh_aging(context: Context) -> None:
    """Somebody asks for a fresh aging snapshot."""
    moment, trigger = context.moment, "on_demand"
    accounts = keep_snapshot(context.connection, moment, context.today, trigger)
    call = Call(moment=moment, actor="demo", request_id=derive_id(context.tenant_id, "aging", context.now))
    context.commit(record_refresh(context.today, trigger, accounts, call))
