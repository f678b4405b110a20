"""Settings that change: what is stored, told and audited of each."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from ledgerscope.customers.decision import Call, Refused
from ledgerscope.customers.settings.checks import check_keys, check_values
from ledgerscope.customers.settings.known import BY_KEY, DEFAULTS
from ledgerscope.domain.events import EventType
from ledgerscope.store.changes import Changes, Update
from ledgerscope.store.records import CustomerSetting

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ledgerscope.customers.decision import Decision
    from ledgerscope.customers.settings.values import Value
    from ledgerscope.store.records import Id, Record

__all__ = ["CustomerSettings", "set_values", "unset_keys"]

_DELETED: Final = Refused("the customer is deleted; its settings no longer change")
_NOT_KEPT: Final = "not kept"


@dataclass(frozen=True, slots=True)
class CustomerSettings:
    """What is set for a customer, by key, and which keys have a row in spite of holding their default."""

    customer_id: Id
    set: dict[str, Value] = field(default_factory=dict)
    unset: frozenset[str] = frozenset()
    deleted: bool = False

    def value(self, key: str) -> Value:
        """What holds."""
        return self.set.get(key, DEFAULTS[key])


def set_values(customer: CustomerSettings, wanted: Mapping[str, Any], call: Call) -> Decision:
    """The values set that differ from what is set, also to what is the default; nothing where none does."""
    fault = (_DELETED if customer.deleted else None) or check_values(wanted)
    if fault is not None:
        return fault
    differing = {
        key: value for key, value in wanted.items() if key not in customer.set or customer.set[key] != value
    }
    return _changed(customer, differing, call)


def unset_keys(customer: CustomerSettings, keys: Iterable[str], call: Call) -> Decision:
    """The defaults hold again; nothing changes for keys that are not set."""
    named = [*keys]
    fault = (_DELETED if customer.deleted else None) or check_keys(named)
    if fault is not None:
        return fault
    return _changed(customer, {key: _Unset for key in named if key in customer.set}, call)


class _Unset:
    """Stands where no value does: null is one."""


def _changed(customer: CustomerSettings, changed: Mapping[str, Any], call: Call) -> Changes:
    if not changed:
        return Changes()
    rows: list[Record | Update] = [_row(customer, key, value, call) for key, value in changed.items()]
    said = {key: _said(customer, key, value) for key, value in sorted(changed.items())}
    audit = call.audit("customer.settings.changed", customer.customer_id, settings=said)
    events = tuple(
        call.event(
            EventType.CUSTOMER_SETTING_CHANGED, key, "unset" if value is _Unset else "set",
            customer_id=customer.customer_id,
        )
        for key, value in changed.items()
    )  # fmt: skip
    return Changes((*rows, audit), events)


def _row(customer: CustomerSettings, key: str, value: Any, call: Call) -> Record | Update:
    moment, stored = call.moment, None if value is _Unset else json.dumps(value)
    if key in customer.set or key in customer.unset:
        place = (moment.tenant_id, customer.customer_id, key)
        return Update(CustomerSetting, place, {"value": stored, "changed_at": moment.at})
    return CustomerSetting(moment.tenant_id, customer.customer_id, key, stored, moment.at)


def _said(customer: CustomerSettings, key: str, value: Any) -> dict[str, Any]:
    """Old and new value, as the audit log keeps them; what is absent was or is not set."""
    values = {}
    if key in customer.set:
        values["old"] = customer.set[key]
    if value is not _Unset:
        values["new"] = value
    return dict.fromkeys(values, _NOT_KEPT) if BY_KEY[key].personal else values
