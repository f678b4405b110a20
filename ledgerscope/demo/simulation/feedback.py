"""Acts around what customers say: surveys, tickets, and using the product."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy.dialects.postgresql import insert

from ledgerscope.demo.simulation.accounts import pick_customer
from ledgerscope.domain.events import EventType
from ledgerscope.store import tables as t
from ledgerscope.store.records import SurveyResponse, Ticket, TicketEvent

if TYPE_CHECKING:
    from ledgerscope.demo.simulation.scene import Scene

__all__ = ["answer_csat", "answer_nps", "close_ticket", "open_ticket", "use_product"]

_PRIORITIES: Final = {"critical": 0.05, "high": 0.2, "medium": 0.5, "low": 0.25}


def answer_nps(scene: Scene) -> None:
    """Somebody says how likely it is to recommend the company."""
    _answer(scene, "nps", EventType.NPS_ANSWERED, round(scene.random.triangular(0, 10, 9)), 10)


def answer_csat(scene: Scene) -> None:
    """Somebody rates the help it got."""
    _answer(scene, "csat", EventType.CSAT_ANSWERED, round(scene.random.triangular(1, 5, 4.4)), 5)


def _answer(scene: Scene, kind: str, event_type: EventType, score: int, scale: int) -> None:
    customer = pick_customer(scene, "active")
    if customer is None:
        return
    random, subject = scene.random, customer.customer_id.hex
    scene.write(
        SurveyResponse(scene.tenant_id, random.id(), subject, kind, random.id()[:16], score, scale, scene.now)
    )
    scene.emit(event_type, customer_id=subject)


def open_ticket(scene: Scene) -> None:
    """A customer asks for help."""
    customer = pick_customer(scene, "active")
    if customer is None:
        return
    ticket_id, priority = scene.random.id(), scene.random.pick(_PRIORITIES)
    subject = customer.customer_id.hex
    scene.write(Ticket(scene.tenant_id, ticket_id, subject, priority, "open", scene.now))
    scene.write(TicketEvent(scene.tenant_id, ticket_id, "opened", "customer", scene.now))
    scene.emit(EventType.TICKET_OPENED, priority, customer_id=subject)


def close_ticket(scene: Scene) -> None:
    """A ticket is resolved and closed."""
    ticket = scene.pick(
        t.ticket, "ticket_id", t.ticket.c.status != "closed", t.ticket.c.opened_at <= scene.now
    )
    if ticket is None:
        return
    scene.change(
        t.ticket,
        "ticket_id",
        ticket,
        status="closed",
        first_reply_at=ticket.first_reply_at or scene.now,
        resolved_at=ticket.resolved_at or scene.now,
        closed_at=scene.now,
    )
    scene.write(TicketEvent(scene.tenant_id, ticket.ticket_id.hex, "closed", "support", scene.now))
    scene.emit(EventType.TICKET_CLOSED, ticket.priority, customer_id=ticket.customer_id.hex)


def use_product(scene: Scene) -> None:
    """A user of a customer is active today; a second time on a day changes nothing."""
    customer = pick_customer(scene, "active")
    if customer is None:
        return
    row = {
        "tenant_id": scene.tenant_id,
        "day": scene.today,
        "customer_id": customer.customer_id,
        "user_hash": customer.customer_id.hex[:16],
    }
    scene.connection.execute(insert(t.activity_day).values(row).on_conflict_do_nothing())
