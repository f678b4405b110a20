"""Whether a login works: it signs in and may list workflows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ledgerscope.customers.decision import Fault, Refused
from ledgerscope.customers.zuora import Limits, ZuoraError

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledgerscope.customers.zuora import Login, RateLimit, Zuora

__all__ = ["SOON", "Failed", "Validated", "try_login"]

SOON: Final = Limits(read=15.0, total=30.0, longest_wait=5.0, tries=3)
"""Somebody waits for the answer."""
_FAULTY: Final = frozenset({"configuration", "unauthorized", "forbidden", "redirected", "rejected"})
"""Classes of errors that the same login will meet again."""


@dataclass(frozen=True, slots=True)
class Validated:
    """A login works: how many workflows the first page shows, how often Zuora was asked, and may be."""

    workflows: int
    calls: int
    rate_limit: RateLimit | None


@dataclass(frozen=True, slots=True)
class Failed:
    """A login does not work, or Zuora cannot say so now."""

    error_class: str
    refused: Refused


def try_login(login: Login, connect: Callable[[Login], Zuora]) -> Validated | Failed:
    """Sign in and list a page of workflows."""
    try:
        with connect(login) as zuora:
            found = len(zuora.first_page())
            return Validated(found, zuora.calls, zuora.rate_limit)
    except ZuoraError as failed:
        fault = Fault.INVALID if failed.error_class in _FAULTY else Fault.CONFLICT
        return Failed(failed.error_class, Refused(str(failed), fault, "credential"))
