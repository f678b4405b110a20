"""Values of pipelines, commands, fields and functions, with Go's checks and error texts."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from ledgerscope.promql.template import nodes
from ledgerscope.promql.template.errors import FunctionError, TemplateExecutionError
from ledgerscope.promql.template.methods import METHODS
from ledgerscope.promql.template.signatures import NILABLE, OPEN, Function, Param
from ledgerscope.promql.template.values import (
    FIELDS,
    AnyMap,
    QueryResult,
    StringMap,
    TemplateSample,
    is_true,
    type_name,
)
from ledgerscope.promql.text.quoting import quote

if TYPE_CHECKING:
    from collections.abc import Mapping


class _Missing:
    """No value came down the pipe."""


_MISSING = _Missing()

_ACCEPTS: dict[Param, type] = {
    Param.STRING: str,
    Param.QUERY: QueryResult,
    Param.SAMPLE: TemplateSample,
}


@dataclass(slots=True)
class Evaluator:
    """Evaluates nodes of one template. `name` is the template being run, of those `template` defines."""

    template: nodes.Template
    functions: Mapping[str, Function]
    name: str
    variables: list[tuple[str, object]] = field(default_factory=list)
    node: nodes.Node | None = None

    def fault(self, message: str) -> TemplateExecutionError:
        """An error at the node being worked on."""
        name = self.template.name
        if self.node is None:
            return TemplateExecutionError(f"template: {self.name}: {message}")
        before = self.template.text[: self.node.offset]
        line = before.count("\n") + 1
        column = len(before[before.rfind("\n") + 1 :].encode("utf-8", "surrogatepass"))
        return TemplateExecutionError(
            f"template: {name}:{line}:{column}: executing {quote(self.name)} at <{self.node}>: {message}"
        )

    def pipeline(self, pipeline: nodes.Pipeline, dot: object) -> object:
        """The last command's value, which the pipeline's variables take."""
        self.node = pipeline
        value: object = _MISSING
        for command in pipeline.commands:
            value = self.command(command, dot, value)
        for name in pipeline.variables:
            if pipeline.assigns:
                self.assign(name, value)
            else:
                self.variables.append((name, value))
        return value

    def assign(self, name: str, value: object) -> None:
        """Give a variable that exists another value."""
        for index in range(len(self.variables) - 1, -1, -1):
            if self.variables[index][0] == name:
                self.variables[index] = (name, value)
                return
        raise self.fault(f"undefined variable: {name}")

    def command(self, command: nodes.Command, dot: object, final: object) -> object:
        """A command's value; `final` is what came down the pipe."""
        first = command.args[0]
        if isinstance(first, nodes.Identifier):
            return self.function(first, command, command.args[1:], dot, final)
        if isinstance(first, (nodes.Field, nodes.Variable, nodes.Chain)):
            return self.access(first, command.args[1:], dot, final)
        if not isinstance(first, nodes.Pipeline):
            self.node = first
        if len(command.args) > 1 or final is not _MISSING:
            raise self.fault(f"can't give argument to non-function {first}")
        if isinstance(first, nodes.Nil):
            raise self.fault("nil is not a command")
        return self.operand(first, dot)

    def operand(self, node: nodes.Node, dot: object) -> object:
        """The value of a node that is no function and no field."""
        if isinstance(node, nodes.Pipeline):
            return self.pipeline(node, dot)
        if isinstance(node, nodes.Dot):
            return dot
        if isinstance(node, nodes.NumberNode):
            return self.number(node)
        if isinstance(node, (nodes.Bool, nodes.StringNode)):
            return node.value
        raise self.fault(f"can't evaluate command {quote(str(node))}")

    def number(self, node: nodes.NumberNode) -> object:
        """The value a number takes by itself."""
        self.node = node
        if isinstance(node.value, int) and node.value >= 2**63:
            raise self.fault(f"{node.text} overflows int")
        return node.value

    def access(
        self,
        node: nodes.Field | nodes.Variable | nodes.Chain,
        args: tuple[nodes.Node, ...],
        dot: object,
        final: object,
    ) -> object:
        """The value of fields, methods included; the last one may take arguments."""
        self.node = node
        receiver, path = self.receiver(node, dot)
        if not path:
            if args or final is not _MISSING:
                raise self.fault(f"can't give argument to non-function {node}")
            return receiver
        has_args = bool(args) or final is not _MISSING
        for depth, name in enumerate(path):
            last = depth == len(path) - 1
            receiver = self.field(
                receiver, name, args if last else (), dot, has_args=last and has_args, final=final
            )
        return receiver

    def receiver(
        self, node: nodes.Field | nodes.Variable | nodes.Chain, dot: object
    ) -> tuple[object, tuple[str, ...]]:
        """What the first field is taken from, and the fields."""
        if isinstance(node, nodes.Field):
            return dot, node.path
        if isinstance(node, nodes.Variable):
            return self.variable(node.path[0]), node.path[1:]
        if isinstance(node.node, nodes.Nil):
            raise self.fault(f"indirection through explicit nil in {node}")
        return self.argument(node.node, Param.ANY, dot), node.path

    def variable(self, name: str) -> object:
        """The innermost variable of a name."""
        for known, value in reversed(self.variables):
            if known == name:
                return value
        raise self.fault(f"undefined variable: {name}")

    def field(
        self,
        receiver: object,
        name: str,
        args: tuple[nodes.Node, ...],
        dot: object,
        *,
        has_args: bool,
        final: object,
    ) -> object:
        """One field, method or key of a value."""
        if receiver is None:
            return None
        method = METHODS.get(type(receiver), {}).get(name)
        if method is not None:
            self.check_arity(method, name, len(args) + has_args * (final is not _MISSING))
            bound = Function(partial(method.call, receiver), method.params, method.rest)
            return self.call(bound, name, self.node, args, dot, final if has_args else _MISSING)
        attribute = FIELDS.get(type(receiver), {}).get(name)
        if attribute is not None:
            if has_args:
                raise self.fault(f"{name} has arguments but cannot be invoked as function")
            return getattr(receiver, attribute)
        if isinstance(receiver, (StringMap, AnyMap)):
            if has_args:
                raise self.fault(f"{name} is not a method but has arguments")
            return receiver.get(name, "" if isinstance(receiver, StringMap) else None)
        raise self.fault(f"can't evaluate field {name} in type {type_name(receiver)}")

    def function(
        self,
        identifier: nodes.Identifier,
        command: nodes.Node,
        args: tuple[nodes.Node, ...],
        dot: object,
        final: object,
    ) -> object:
        """A function called by its name."""
        self.node = identifier
        function = self.functions.get(identifier.name)
        if function is None:
            raise self.fault(f"{quote(identifier.name)} is not a defined function")
        self.check_arity(function, identifier.name, len(args) + (final is not _MISSING))
        if identifier.name in ("and", "or"):
            return self.logic(args, dot, final, stop_at=identifier.name == "or")
        return self.call(function, identifier.name, command, args, dot, final)

    def check_arity(self, function: Function, name: str, count: int) -> None:
        """Refuse a wrong number of arguments."""
        fault = function.arity_fault(count)
        if fault is not None:
            raise self.fault(f"wrong number of args for {name}: {fault}")

    def logic(self, args: tuple[nodes.Node, ...], dot: object, final: object, *, stop_at: bool) -> object:
        """`and` and `or`, which stop at the first argument that decides."""
        value: object = None
        for arg in args:
            value = self.argument(arg, Param.VALUE, dot)
            if is_true(value) is stop_at:
                return value
        return value if final is _MISSING else final

    def call(
        self,
        function: Function,
        name: str,
        command: nodes.Node | None,
        args: tuple[nodes.Node, ...],
        dot: object,
        final: object,
    ) -> object:
        """A function called with its arguments evaluated and checked."""
        values = [self.argument(arg, function.param(index), dot) for index, arg in enumerate(args)]
        if final is not _MISSING:
            values.append(self.checked(final, function.param(len(values))))
        try:
            return function.call(*values)
        except FunctionError as error:
            self.node = command
            raise self.fault(f"error calling {name}: {error}") from error

    def argument(self, node: nodes.Node, param: Param, dot: object) -> object:
        """An argument as a parameter wants it."""
        self.node = node
        if isinstance(node, nodes.Nil):
            if param in NILABLE:
                return None
            raise self.fault(f"cannot assign nil to {param.value}")
        if isinstance(node, nodes.Identifier):
            return self.checked(self.function(node, node, (), dot, _MISSING), param)
        if isinstance(node, (nodes.Field, nodes.Variable, nodes.Chain)):
            return self.checked(self.access(node, (), dot, _MISSING), param)
        if isinstance(node, (nodes.Dot, nodes.Pipeline)):
            return self.checked(self.operand(node, dot), param)
        return self.constant(node, param, dot)

    def constant(self, node: nodes.Node, param: Param, dot: object) -> object:
        """A constant as an argument."""
        if param in OPEN:
            return self.operand(node, dot)
        if param is not Param.STRING:
            raise self.fault(f"can't handle {node} for arg of type {param.value}")
        if not isinstance(node, nodes.StringNode):
            raise self.fault(f"expected string; found {node}")
        return node.value

    def checked(self, value: object, param: Param) -> object:
        """A value, if a parameter takes it."""
        if param in OPEN:
            return value
        if value is None:
            if param in NILABLE:
                return None
            raise self.fault(f"invalid value; expected {param.value}")
        if type(value) is not _ACCEPTS[param]:
            raise self.fault(f"wrong type for value; expected {param.value}; got {type_name(value)}")
        return value
