"""Every public method of the operations asks who may, before it asks the database."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from ledgerscope.customers import Fault, Refused
from ledgerscope.customers.audit import AuditKeys
from ledgerscope.customers.credentials import CredentialKeys
from ledgerscope.customers.operations import Caller, Operations
from ledgerscope.customers.sync import Claim
from ledgerscope.store.engine import create_engine
from tests.customers.operations.test_types import EVERY_METHOD, plausible

NOBODY = Operations(
    create_engine("postgresql://nobody@127.0.0.1:1/nowhere"),
    Caller(tenant_id="acme", actor="nobody", permissions=frozenset()),
    audit_keys=AuditKeys("k", {"k": b"k" * 32}),
)
KEYS = CredentialKeys("k", {"k": b"k" * 32})
NOT_FORBIDDEN = {
    "Analytics.segments": "the names of the segments, which are the same for everybody",
    "Claims.beat": "a sign of life of a worker, who had to take the permission to claim what it names",
    "Customers.get": "asks the database whether there is a grant for this one customer",
}
"""Methods that nothing is asked of first, each with the reason."""
WELL_FORMED: dict[str, dict[str, Any]] = {
    "Claims.fail": {"claim": Claim("0" * 32, "0" * 32)},
    "Claims.succeed": {"claim": Claim("0" * 32, "0" * 32)},
    "Credentials.open": {"purpose": "sync"},
    "Settings.bulk": {"wanted": {"0" * 32: {}}},
    "Syncs.request_many": {"customers": ["0" * 32]},
}
"""What is wrong with a request may be said to anybody; these are right."""
METHODS = [each for each in EVERY_METHOD if f"{each[0].__name__}.{each[1]}" not in NOT_FORBIDDEN]


@pytest.mark.parametrize(("owner", "name"), METHODS, ids=lambda part: getattr(part, "__name__", part))
def test_whoever_may_nothing_gets_nothing(owner: type, name: str) -> None:
    others = list(inspect.signature(owner).parameters.values())[1:]
    needed = [KEYS for each in others if each.name == "keys" or each.default is inspect.Parameter.empty]
    method = getattr(owner(NOBODY, *needed), name)
    given: dict[str, Any] = {
        each.name: plausible(str(each.annotation))
        for each in inspect.signature(method).parameters.values()
        if each.default is inspect.Parameter.empty
    }
    said = method(**given | WELL_FORMED.get(f"{owner.__name__}.{name}", {}))
    assert isinstance(said, Refused)
    assert said.fault is Fault.FORBIDDEN
