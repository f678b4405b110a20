"""What makes operations impossible, as opposed to a request that is refused."""

from __future__ import annotations

__all__ = ["UnknownCompany"]


class UnknownCompany(Exception):
    """The company does not exist, or the login may not see it."""

    def __init__(self, tenant_id: str) -> None:
        super().__init__(f"there is no company {tenant_id!r} in this database, or the login may not see it")
