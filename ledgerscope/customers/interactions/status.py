"""The status of an interaction, and its changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ledgerscope.customers.decision import Refused
from ledgerscope.domain.events import EventType
from ledgerscope.store.changes import Changes, Update
from ledgerscope.store.records import Interaction

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ledgerscope.customers.decision import Call, Decision
    from ledgerscope.store.records import Id

__all__ = ["NEXT", "InteractionState", "move_interaction"]

NEXT: Final[Mapping[str, tuple[str, ...]]] = {
    "pending": ("in_progress", "completed", "cancelled"),
    "in_progress": ("completed", "cancelled"),
    "completed": (),
    "cancelled": (),
}
"""What an interaction can become: what is over stays so."""


@dataclass(frozen=True, slots=True)
class InteractionState:
    """An interaction as it stands, of a customer that may be deleted."""

    interaction_id: Id
    customer_id: Id
    type: str
    status: str
    customer_deleted: bool = False


def move_interaction(interaction: InteractionState, to: str, call: Call) -> Decision:
    """The new status."""
    if interaction.customer_deleted:
        return Refused("the customer is deleted; its interactions no longer change")
    before, moment = interaction.status, call.moment
    if to not in NEXT[before]:
        allowed = f"can become {' or '.join(NEXT[before])}" if NEXT[before] else "is over"
        return Refused(f"an interaction that is {before} {allowed}; it cannot become {to}")
    key = (moment.tenant_id, interaction.interaction_id)
    update = Update(Interaction, key, {"status": to, "updated_at": moment.at})
    event = call.event(
        EventType.INTERACTION_STATUS_CHANGED, interaction.type, before, to,
        customer_id=interaction.customer_id,
    )  # fmt: skip
    audit = call.audit(
        "interaction.status.changed", interaction.interaction_id, customer_id=interaction.customer_id,
        from_status=before, to_status=to,
    )  # fmt: skip
    return Changes((update, audit), (event,))
