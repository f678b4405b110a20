"""Draws texts from tables of rows with slots, and counts which features were drawn.

A slot such as `<number>` is filled with a row of the table of that name. A row that is a pair names the
feature it stands for. The generator is handed in, so a seed draws the same texts everywhere.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Mapping, Sequence
    from random import Random

Row: TypeAlias = "str | tuple[str, str]"
"""A text with slots, or a feature and a text with slots."""

_SLOT = re.compile(r"<([a-z_]+)>")


def draw(
    tables: Mapping[str, Sequence[Row]],
    leaves: Mapping[str, str],
    table: str,
    random: Random,
    seen: Counter[str],
    depth: int,
) -> str:
    """A text of a table. Where `depth` is used up, `leaves` names the table that ends the derivation."""
    name = leaves.get(table, table) if depth <= 0 else table
    row = random.choice(tables[name])
    feature, text = row if isinstance(row, tuple) else (f"{name}: {row}", row)
    seen[feature] += 1
    deeper = depth - (table in leaves)

    def fill(slot: re.Match[str]) -> str:
        if slot[1] not in tables:
            return slot[0]
        return draw(tables, leaves, slot[1], random, seen, deeper)

    return _SLOT.sub(fill, text)


def rows_of(tables: Mapping[str, Sequence[Row]]) -> set[str]:
    """Every feature the tables have."""
    return {
        row[0] if isinstance(row, tuple) else f"{name}: {row}"
        for name, rows in tables.items()
        for row in rows
    }
