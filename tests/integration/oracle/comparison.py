"""Whether served series are the expected ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.integration.oracle.values import Labels


def differences(name: str, served: Mapping[Labels, float], wanted: Mapping[Labels, Any]) -> list[str]:
    """Where served series differ from the expected ones, in both directions."""
    found = []
    for labels in sorted({*served, *wanted}):
        there, right = served.get(labels), wanted.get(labels)
        if there is None or right is None:
            agrees = False
        else:
            agrees = abs(there - float(right)) <= 1e-9 * max(1, abs(float(right)))
        if not agrees:
            shown = None if right is None else float(right)
            found.append(f"{name}{list(labels)}: served {there}, expected {shown}")
    return found
