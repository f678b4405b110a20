"""Whether served series are the expected ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.integration.oracle.figures import ABSENT, METRICS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.integration.oracle.values import Labels


def differences(name: str, served: Mapping[Labels, float], wanted: Mapping[Labels, Any]) -> list[str]:
    """Where served series differ from the expected ones, in both directions.

    Where the page does not say which series there are (currencies, queues), one of zero may be left out.
    """
    metric = next(metric for metric in METRICS if name in metric.series_names)
    exact = name in ABSENT or all(label.values for label in metric.labels[1:])
    found = []
    for labels in sorted({*served, *wanted}):
        there, right = served.get(labels), wanted.get(labels)
        if not exact:
            there, right = there or 0, right or 0
        if there is None or right is None:
            agrees = False
        else:
            agrees = abs(there - float(right)) <= 1e-9 * max(1, abs(float(right)))
        if not agrees:
            shown = None if right is None else float(right)
            found.append(f"{name}{list(labels)}: served {there}, expected {shown}")
    return found
