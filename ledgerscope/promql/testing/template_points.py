"""The branches of an alert's templates as points of coverage: each side of `if`, `with` and `range`.

A severity that no test ever renders is not tested. Labels count wherever the alert is active, annotations
where a test asks for the alert. The alternatives of a matcher (`job=~"a|b"`) are no points: they list data,
and a list of ten would drown the thresholds.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

from ledgerscope.promql.template.alert import branches

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledgerscope.promql.rules.placed import Placed

Side: TypeAlias = "tuple[str, int, bool]"
"""A text, the offset of a branch in it, and whether it held."""

_WORDS = {
    "if": ("is true", "is false"),
    "with": ("is there", "is missing"),
    "range": ("has elements", "is empty"),
}
_MAY_BRANCH = re.compile(r"\b(if|with|range)\b")


def template_points(placed: Placed) -> Iterator[tuple[Side, str]]:
    """Every side of every branch, with the name of its point."""
    alert = placed.alert
    if alert is None:
        return
    for kind, texts in (("label", placed.labels), ("annotation", alert.annotations)):
        for name, text in texts.items():
            if _MAY_BRANCH.search(text):
                yield from _sides(alert.alert, f"{kind} {name}", text)


def _sides(alert: str, owner: str, text: str) -> Iterator[tuple[Side, str]]:
    for branch in branches(alert, text):
        for held, words in zip((True, False), _WORDS[branch.keyword], strict=True):
            yield (text, branch.offset, held), f"{owner}: `{branch.keyword} {branch.pipeline}` {words}"
