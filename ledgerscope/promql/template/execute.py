"""Runs a parsed template over a value.

The error texts name the template, the line, the byte column and the piece of the template, as Go does,
because Prometheus puts them into the label or annotation itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from ledgerscope.promql.template import nodes
from ledgerscope.promql.template.evaluate import Evaluator
from ledgerscope.promql.template.values import AnyMap, QueryResult, StringMap, default_format, is_true
from ledgerscope.promql.text.quoting import quote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ledgerscope.promql.template.signatures import Function

_DEEPEST = 60
_GO_DEEPEST = 100_000
_LONGEST_RANGE = 100_000


class _Jump(Exception):
    def __init__(self, keyword: str) -> None:
        super().__init__(keyword)
        self.keyword = keyword


OnBranch: TypeAlias = "Callable[[int, bool], None]"
"""Called for each `if`, `with` and `range` that is run: its offset in the text, and whether it held."""


def execute(
    template: nodes.Template,
    functions: Mapping[str, Function],
    data: object,
    on_branch: OnBranch | None = None,
    *,
    ranges_over_integers: bool = True,
) -> str:
    """The text the template gives for `data`; `TemplateExecutionError` where it gives none."""
    run = _Run(
        template,
        functions,
        template.name,
        [("$", data)],
        on_branch=on_branch,
        ranges_over_integers=ranges_over_integers,
    )
    run.walk(template.body, data)
    return "".join(run.out)


@dataclass(slots=True)
class _Run(Evaluator):
    depth: int = 0
    out: list[str] = field(default_factory=list)
    on_branch: OnBranch | None = None
    ranges_over_integers: bool = True

    def walk(self, body: tuple[nodes.Node, ...], dot: object) -> None:
        for node in body:
            self.node = node
            _WALK[type(node)](self, node, dot)

    def text(self, node: nodes.Text, _: object) -> None:
        self.out.append(node.text)

    def action(self, node: nodes.Action, dot: object) -> None:
        value = self.pipeline(node.pipeline, dot)
        if not node.pipeline.variables:
            self.node = node
            self.out.append("<no value>" if value is None else default_format(value, followed=True))

    def branch(self, node: nodes.Branch, dot: object) -> None:
        mark = len(self.variables)
        if node.keyword == "range":
            self.range(node, dot)
        else:
            value = self.pipeline(node.pipeline, dot)
            if self.report(node, held=is_true(value)):
                self.walk(node.body, value if node.keyword == "with" else dot)
            elif node.otherwise is not None:
                self.walk(node.otherwise, dot)
        del self.variables[mark:]

    def range(self, node: nodes.Branch, dot: object) -> None:
        value = self.pipeline(node.pipeline, dot)
        mark = len(self.variables)
        empty = True
        for key, element in self.items(value):
            empty = False
            self.bind(node.pipeline, key, element)
            try:
                self.walk(node.body, element)
            except _Jump as jump:
                if jump.keyword == "break":
                    break
            finally:
                del self.variables[mark:]
        self.report(node, held=not empty)
        if empty and node.otherwise is not None:
            self.walk(node.otherwise, dot)

    def report(self, node: nodes.Branch, *, held: bool) -> bool:
        if self.on_branch is not None:
            self.on_branch(node.offset, held)
        return held

    def items(self, value: object) -> Iterator[tuple[object, object]]:
        if isinstance(value, (StringMap, AnyMap)):
            yield from sorted(value.items())
        elif isinstance(value, QueryResult):
            yield from enumerate(value)
        elif self.ranges_over_integers and isinstance(value, int) and not isinstance(value, bool):
            if value > _LONGEST_RANGE:
                raise self.fault(f"range over {value} is too long; at most {_LONGEST_RANGE}")
            yield from ((each, each) for each in range(value))
        elif value is not None:
            raise self.fault(f"range can't iterate over {default_format(value, followed=True)}")

    def bind(self, pipeline: nodes.Pipeline, key: object, element: object) -> None:
        names = pipeline.variables
        if not names:
            return
        values = (element,) if len(names) == 1 else (key, element)
        for name, value in zip(names, values, strict=False):
            if pipeline.assigns:
                self.assign(name, value)
            else:
                self.variables.append((name, value))

    def jump(self, node: nodes.Jump, _: object) -> None:
        raise _Jump(node.keyword)

    def invoke(self, node: nodes.Invoke, dot: object) -> None:
        body = self.template.defined.get(node.name)
        if body is None and node.name == self.template.name:
            body = self.template.body
        if body is None:
            raise self.fault(f"template {quote(node.name)} not defined")
        if self.depth >= _DEEPEST:
            raise self.fault(f"exceeded maximum template depth ({_GO_DEEPEST})")
        value = None if node.pipeline is None else self.pipeline(node.pipeline, dot)
        inner = _Run(
            self.template,
            self.functions,
            node.name,
            [("$", value)],
            depth=self.depth + 1,
            out=self.out,
            on_branch=self.on_branch,
        )
        inner.walk(body, value)


_WALK: dict[type, Callable[..., None]] = {
    nodes.Text: _Run.text,
    nodes.Action: _Run.action,
    nodes.Branch: _Run.branch,
    nodes.Jump: _Run.jump,
    nodes.Invoke: _Run.invoke,
}
