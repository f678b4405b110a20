"""A deterministic demo business, its live simulation, and real data sets in the same tables.

`load_demo` writes a business that ends at a given instant; `Simulation` goes on from there. `generate` gives
the rows alone.
"""

from __future__ import annotations

from ledgerscope.demo.datasets import DATASETS, find_dataset
from ledgerscope.demo.errors import (
    AlreadyLoaded,
    DatasetMissing,
    DemoError,
    NotLoaded,
    NotTheOwner,
    UnknownDataset,
)
from ledgerscope.demo.generate import generate
from ledgerscope.demo.load import Loaded, load_demo
from ledgerscope.demo.simulation import Simulation
from ledgerscope.progress import on_stream

__all__ = [
    "DATASETS",
    "AlreadyLoaded",
    "DatasetMissing",
    "DemoError",
    "Loaded",
    "NotLoaded",
    "NotTheOwner",
    "Simulation",
    "UnknownDataset",
    "find_dataset",
    "generate",
    "load_demo",
    "on_stream",
]
