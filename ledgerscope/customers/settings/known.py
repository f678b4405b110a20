"""Every setting that a customer can have: one row for each. What is not here is refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ledgerscope.customers.settings.kinds import (
    Choice,
    Mapping,
    Number,
    Switch,
    Text,
    WebhookUrl,
    Whole,
    Words,
)
from ledgerscope.domain.events import EventType
from ledgerscope.domain.values import EXPORT_FORMATS
from ledgerscope.store.tables.values import CONTACT_TYPES

if TYPE_CHECKING:
    from ledgerscope.customers.settings.kinds import Kind
    from ledgerscope.customers.settings.values import Value

__all__ = ["BY_KEY", "DEFAULTS", "KNOWN", "Setting"]


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting by its key: the type with its bounds, what holds where nothing is set, and what it means.

    The audit log keeps old and new values, unless they may be personal (`personal`).
    """

    key: str
    kind: Kind
    default: Value
    meaning: str
    personal: bool = False


_KEPT: Final = " (kept for applications)"
"""Of settings that nothing of Ledgerscope acts on."""
KNOWN: Final = (
    Setting(
        "sync.error_after_failures", Whole(1, 100), 3,
        "failures in a row from which on the synchronisation is in error; it is still tried again",
    ),
    Setting(
        "sync.longest_backoff_minutes", Whole(5, 10_080), 1_440,
        "the longest wait after failures, in minutes; never longer than the frequency asks for",
    ),
    Setting("notifications.sync_failed", Switch(), True, f"tell contacts when a sync is in error{_KEPT}"),
    Setting("notifications.health_low", Switch(), True, f"tell contacts when the health score is low{_KEPT}"),
    Setting(
        "notifications.contact_types", Words(CONTACT_TYPES), ["technical"],
        f"which contacts are told; addresses are those of the contacts{_KEPT}",
    ),
    Setting("thresholds.health_score", Number(0, 1), 0.7, "a health score below this is low"),
    Setting(
        "thresholds.api_calls_per_month", Whole(1, 100_000_000), 10_000,
        "fewer calls than this in a calendar month are healthy",
    ),
    Setting(
        "thresholds.sync_age_days", Whole(1, 365), 7,
        "a last success less than this many days ago is healthy",
    ),
    Setting(
        "workflows.states", Words(), [],
        "keep workflows in these states only, in the words of the outside system; empty: in any",
    ),
    Setting(
        "workflows.name_contains", Text(100), None,
        "keep workflows whose name contains this only, large and small letters alike", personal=True,
    ),
    Setting("export.format", Choice(EXPORT_FORMATS), "csv", f"the format of exports of this customer{_KEPT}"),
    Setting("export.delimiter", Choice((",", ";", "|")), ",", f"what is between columns of CSV{_KEPT}"),
    Setting("export.gone_workflows", Switch(), False, f"exports hold workflows that are gone, too{_KEPT}"),
    Setting(
        "retention.gone_workflows_days", Whole(0, 3_650), 90,
        "workflows that are gone for so many days are removed by the next synchronisation",
    ),
    Setting(
        "fields.mapping", Mapping(100), {},
        f"names of fields in the outside system to those in exports{_KEPT}", personal=True,
    ),
    Setting("webhooks.url", WebhookUrl(), None, f"where webhooks are sent{_KEPT}", personal=True),
    Setting(
        "webhooks.events", Words(tuple(map(str, EventType)), most=len(EventType)), [],
        f"which events are sent{_KEPT}",
    ),
)  # fmt: skip

BY_KEY: Final = {setting.key: setting for setting in KNOWN}
DEFAULTS: Final = {setting.key: setting.default for setting in KNOWN}
