"""Several processes work on the same credentials at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

from ledgerscope.customers import Refused
from ledgerscope.customers.credentials import CredentialKeys, Credentials, Saved
from ledgerscope.customers.operations import Caller, Operations
from ledgerscope.customers.zuora import Login
from tests.customers.credentials.conftest import NEW, OLD

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine

    from ledgerscope.customers.zuora import Zuora
    from tests.customers.conftest import Ledger
    from tests.customers.zuora.server import ZuoraServer


def test_saves_uses_and_new_keys_at_once_lose_nothing(
    app: Engine, northwind: str, ledger: Ledger, zuora_server: ZuoraServer, connect: Callable[[Login], Zuora]
) -> None:
    clients = {f"client-{number}": f"secret-{number}" for number in range(1, 9)}
    zuora_server.clients |= clients
    both = CredentialKeys("new", {"new": NEW, "old": OLD})
    before = CredentialKeys("old", {"old": OLD, "new": NEW})

    def credentials(keys: CredentialKeys) -> Credentials:
        operations = Operations(app, Caller(tenant_id="acme", actor="anna"))
        return Credentials(operations, keys, allow=(zuora_server.host,), connect=connect)

    credentials(before).save(northwind, zuora_server.login)

    def act(number: int) -> tuple[object, object, object]:
        client = f"client-{number}"
        login = replace(zuora_server.login, client_id=client, client_secret=clients[client])
        saved = credentials(before if number % 2 else both).save(northwind, login)
        return saved, credentials(both).reencrypt(1), credentials(both).open(northwind, "sync")

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(act, range(1, 9)))
    for saved, reencrypted, opened in results:
        assert isinstance(saved, Saved)
        assert not isinstance(reencrypted, Refused)
        assert isinstance(opened, Login)
        assert clients[opened.client_id] == opened.client_secret
    rows = ledger.rows(
        "select version, lower(valid) as a, upper(valid) as b, ciphertext from credential order by 1"
    )
    assert [row.version for row in rows] == list(range(1, len(rows) + 1))
    assert [row.b for row in rows[:-1]] == [row.a for row in rows[1:]]
    assert [bool(bytes(row.ciphertext)) for row in rows] == [False] * (len(rows) - 1) + [True]
    credentials(both).reencrypt()
    only = credentials(CredentialKeys("new", {"new": NEW}))
    assert isinstance(only.open(northwind, "sync"), Login)
