"""Sequences of saves, new keys, lost keys and processes that die: what can be read is what was saved last."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from ledgerscope.customers import Refused
from ledgerscope.customers.credentials import CredentialKeys, Credentials, Reencrypted, Revoked, Saved
from ledgerscope.customers.lifecycle import CreatedCustomer, Customers, NewCustomer
from ledgerscope.customers.operations import Caller, Operations
from ledgerscope.store.engine import create_engine
from ledgerscope.store.errors import StoreError
from tests.customers.conftest import Clock
from tests.thoroughness import tries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ledgerscope.customers.zuora import Login, Zuora
    from tests.customers.conftest import Ledger
    from tests.customers.zuora.server import ZuoraServer

CUSTOMERS: Final = 3
STEPS: Final = st.lists(
    st.tuples(
        st.sampled_from(["save", "save", "revoke", "add key", "drop keys", "reencrypt", "kill"]),
        st.integers(0, CUSTOMERS - 1),
        st.integers(1, 40),
    ),
    max_size=tries(10, thorough=25),
)


class Killed(Exception):
    """The process ends here."""


@dataclass
class World:
    """What a slow reader would know: the login of each customer, the keys at hand, the key of each row."""

    credentials_with: Callable[[CredentialKeys], Credentials]
    server: ZuoraServer
    keys: list[str] = field(default_factory=lambda: ["k0"])
    made: int = 0
    logins: dict[str, Login] = field(default_factory=dict)
    key_of: dict[str, str] = field(default_factory=dict)
    statements_left: int = 0

    def credentials(self) -> Credentials:
        return self.credentials_with(
            CredentialKeys(self.keys[0], {name: name.ljust(32).encode() for name in self.keys})
        )

    def unreadable(self) -> set[str]:
        return {each for each in self.logins if self.key_of[each] not in self.keys}

    def act(self, act: str, customer: str, number: int) -> None:
        if act == "save":
            self._save(customer, f"secret-{number}")
        elif act == "revoke":
            revoked = self.credentials().revoke(customer)
            assert isinstance(revoked, Revoked) is (customer in self.logins)
            self.logins.pop(customer, None)
        elif act == "add key":
            self.made += 1
            self.keys.insert(0, f"k{self.made}")
        elif act == "drop keys":
            self.keys[1:] = []
        elif act == "reencrypt":
            self._reencrypt()
        else:
            self.statements_left = number
            with suppress(StoreError):
                self._reencrypt()
            self.statements_left = 0

    def _save(self, customer: str, secret: str) -> None:
        self.server.clients["client-1"] = secret
        saved = self.credentials().save(customer, self.server.login)
        assert isinstance(saved, Saved)
        if saved.changed:
            self.key_of[customer] = self.keys[0]
        self.logins[customer] = self.server.login

    def _reencrypt(self) -> None:
        done = self.credentials().reencrypt(1)
        assert isinstance(done, Reencrypted)
        assert {each.customer_id for each in done.unreadable} == self.unreadable()
        assert sum(done.left.values()) == len(self.unreadable())

    def check(self, ledger: Ledger, tenant_id: str) -> None:
        """Each row has its former key or the current one, and is read where that is at hand."""
        query = "select customer_id, key_id from credential where tenant_id = :tenant and upper_inf(valid)"
        for row in ledger.rows(query, tenant=tenant_id):
            customer = row.customer_id.hex
            assert row.key_id in {self.key_of[customer], self.keys[0]}
            self.key_of[customer] = row.key_id
        for each, login in self.logins.items():
            found = self.credentials().open(each, "sync")
            assert isinstance(found, Refused) if each in self.unreadable() else found == login

    def die(self, *_: Any) -> None:
        self.statements_left -= 1
        if self.statements_left == 0:
            raise Killed


@settings(max_examples=tries(6, thorough=100), suppress_health_check=list(HealthCheck), deadline=None)
@given(steps=STEPS)
def test_every_login_can_be_read_as_long_as_its_key_is_at_hand(
    steps: list[tuple[str, int, int]],
    app_url: str,
    ledger: Ledger,
    zuora_server: ZuoraServer,
    connect: Callable[[Login], Zuora],
) -> None:
    suffix = f"-{len(ledger.rows('select from tenant'))}"
    ledger.add_companies(suffix)
    engine = create_engine(app_url, pool_size=1)
    operations = Operations(engine, Caller(tenant_id=f"acme{suffix}", actor="anna"), clock=Clock())
    allow = (zuora_server.host,)
    world = World(lambda keys: Credentials(operations, keys, allow=allow, connect=connect), zuora_server)
    event.listen(engine, "before_cursor_execute", world.die)
    customers = list(_customers(operations))
    for act, place, number in steps:
        world.act(act, customers[place], number)
        world.check(ledger, f"acme{suffix}")
    engine.dispose()


def _customers(operations: Operations) -> Iterator[str]:
    for number in range(CUSTOMERS):
        made = Customers(operations).create(NewCustomer(name=f"Customer {number}"))
        assert isinstance(made, CreatedCustomer)
        yield made.customer_id
