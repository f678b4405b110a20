"""What can be loaded: the generated business, and real purchase histories."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ledgerscope.demo import cdnow, generate
from ledgerscope.demo.companies import COMPANIES
from ledgerscope.demo.errors import UnknownDataset
from ledgerscope.demo.simulation.position import BUSINESS, WORK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from ledgerscope.store.changes_batch import Batch

__all__ = ["DATASETS", "Dataset", "Request", "find_dataset"]


@dataclass(frozen=True, slots=True)
class Request:
    """Which business is wanted. Two requests of the same mark ask for the same business."""

    dataset: str
    seed: int
    scale: float

    @property
    def mark(self) -> str:
        """What the tenants of the business carry in their settings, as JSON."""
        return json.dumps({"demo": {"dataset": self.dataset, "scale": self.scale, "seed": self.seed}})


@dataclass(frozen=True, slots=True)
class Dataset:
    """A business by name: its companies, about how many rows it has, and the rows themselves.

    `live_parts` are the parts of it that go on; a purchase history of real people is left as it was.
    """

    tenants: tuple[str, ...]
    expected_rows: Callable[[float], int]
    chapters: Callable[[int, float, datetime, str], Iterator[Batch]]
    live_parts: tuple[str, ...] = ()


DATASETS: Final = {
    "demo": Dataset(
        tuple(company.tenant_id for company in COMPANIES),
        generate.expected_rows,
        generate.generate,
        (BUSINESS, WORK),
    ),
    "cdnow": Dataset((cdnow.TENANT,), cdnow.expected_rows, cdnow.generate),
}


def find_dataset(name: str) -> Dataset:
    """The dataset of that name; raises UnknownDataset."""
    try:
        return DATASETS[name]
    except KeyError:
        raise UnknownDataset(name, DATASETS) from None
