"""The board of every area, found by the names in the catalogue's list."""

from __future__ import annotations

from dashboards.model import Board
from ledgerscope.catalogue import Part, areas_with
from ledgerscope.catalogue.parts import part_of

__all__ = ["BOARDS"]

BOARDS: tuple[Board, ...] = tuple(
    part_of(area, Part.BOARD, "BOARD", Board) for area in areas_with(Part.BOARD)
)
