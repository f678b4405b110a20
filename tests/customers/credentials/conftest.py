"""Credentials of the company acme, tried at a Zuora of our own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ledgerscope.customers.credentials import CredentialKeys, Credentials
from ledgerscope.customers.zuora import Limits, Login, Zuora

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledgerscope.customers.operations import Operations
    from tests.customers.zuora.server import ZuoraServer

OLD, NEW = b"o" * 32, b"n" * 32


@pytest.fixture
def keys() -> CredentialKeys:
    return CredentialKeys("old", {"old": OLD})


@pytest.fixture
def connect(zuora_server: ZuoraServer) -> Callable[[Login], Zuora]:
    """Clients that give up at once."""

    def make(login: Login) -> Zuora:
        return Zuora(login, allow=(zuora_server.host,), limits=Limits(read=1.0, tries=1))

    return make


@pytest.fixture
def credentials(
    operations: Operations,
    keys: CredentialKeys,
    zuora_server: ZuoraServer,
    connect: Callable[[Login], Zuora],
) -> Credentials:
    return Credentials(operations, keys, allow=(zuora_server.host,), connect=connect)
