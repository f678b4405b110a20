"""How Alembic compares and records: one set of options for running migrations and for checking them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ledgerscope.store.tables import metadata
from ledgerscope.store.tables.base import VERSION_TABLE

if TYPE_CHECKING:
    from collections.abc import Mapping


def _is_ours(name: str | None, kind: str, _parents: Mapping[str, Any]) -> bool:
    """Compare only tables that we define; whatever else lives in the schema is not our business."""
    return kind != "table" or name in metadata.tables


CONFIGURATION: Final[dict[str, Any]] = {
    "target_metadata": metadata,
    "version_table": VERSION_TABLE,
    "compare_type": True,
    "compare_server_default": True,
    "include_name": _is_ours,
}
