"""Which rules read each other in a circle: Tarjan's components, without recursion for long chains."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def strongly_connected(reads: Sequence[set[int]]) -> list[list[int]]:
    """The components of a graph (`reads[node]` are its targets), each after all those it reads."""
    search = _Search(reads)
    for root in range(len(reads)):
        if root not in search.index:
            search.explore(root)
    return search.found


@dataclass(slots=True)
class _Search:
    reads: Sequence[set[int]]
    index: dict[int, int] = field(default_factory=dict)
    low: dict[int, int] = field(default_factory=dict)
    stack: list[int] = field(default_factory=list)
    on_stack: set[int] = field(default_factory=set)
    found: list[list[int]] = field(default_factory=list)

    def explore(self, root: int) -> None:
        """Depth first from a node; `work` takes the place of the call stack."""
        work = [self._enter(root)]
        while work:
            node, edges = work[-1]
            target = next(edges, None)
            if target is None:
                work.pop()
                self._leave(node, work[-1][0] if work else None)
            elif target not in self.index:
                work.append(self._enter(target))
            elif target in self.on_stack:
                self.low[node] = min(self.low[node], self.index[target])

    def _enter(self, node: int) -> tuple[int, Iterator[int]]:
        self.index[node] = self.low[node] = len(self.index)
        self.stack.append(node)
        self.on_stack.add(node)
        return node, iter(sorted(self.reads[node]))

    def _leave(self, node: int, parent: int | None) -> None:
        if parent is not None:
            self.low[parent] = min(self.low[parent], self.low[node])
        if self.low[node] == self.index[node]:
            begin = self.stack.index(node)
            self.found.append(self.stack[begin:])
            self.on_stack.difference_update(self.stack[begin:])
            del self.stack[begin:]
