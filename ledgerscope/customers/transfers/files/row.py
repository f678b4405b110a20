"""A row of a file as it stands there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ledgerscope.customers.transfers.problems import Problem

__all__ = ["FileRow"]


@dataclass(frozen=True, slots=True)
class FileRow:
    """Cells by field; `no` counts from 1. No cells and no problems: the row is empty."""

    no: int
    cells: Mapping[str, Any] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
