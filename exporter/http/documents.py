"""OpenAPI documents put together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["merged"]


def merged(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """The first document with the paths and components of the second, which have other names."""
    components = {
        kind: {**first.get("components", {}).get(kind, {}), **second.get("components", {}).get(kind, {})}
        for kind in sorted({*first.get("components", {}), *second.get("components", {})})
    }
    return {**first, "paths": {**first["paths"], **second["paths"]}, "components": components}
