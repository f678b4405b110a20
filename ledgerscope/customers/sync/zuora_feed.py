"""The outside system as it is: the Zuora of a customer, opened with the customer's credential."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from ledgerscope.customers.credentials import Credentials
from ledgerscope.customers.decision import Fault, Refused
from ledgerscope.customers.zuora import Zuora, ZuoraError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ledgerscope.customers.credentials import CredentialKeys
    from ledgerscope.customers.operations import Operations
    from ledgerscope.customers.sync.outside import Outside
    from ledgerscope.customers.zuora import Login
    from ledgerscope.store.records import Id

__all__ = ["zuora_of"]

_WORDS: Final = {Fault.NOT_FOUND: "credential_missing", Fault.FORBIDDEN: "configuration"}


def zuora_of(keys: CredentialKeys | None, connect: Callable[[Login], Zuora] = Zuora) -> Outside:
    """Opens the Zuora of a customer with the login that its credential holds.

    Each time is kept in the access log. Without a credential, or one that `keys` do not read, it raises
    ZuoraError of the class `credential_missing` or `credential_unreadable`; where the worker may take out no
    credential, of the class `configuration`.
    """

    @contextmanager
    def opened(operations: Operations, customer_id: Id) -> Iterator[Zuora]:
        login = Credentials(operations, keys).open(customer_id, "sync")
        if isinstance(login, Refused):
            raise ZuoraError(_WORDS.get(login.fault, "credential_unreadable"), login.reason)
        with connect(login) as client:
            yield client

    return opened
