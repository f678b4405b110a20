"""Pipelines of a template: commands, operands, variables, and Go's rules for them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ledgerscope.promql.template import nodes
from ledgerscope.promql.template.errors import FunctionError
from ledgerscope.promql.template.numbers import number_value
from ledgerscope.promql.template.token_cursor import TokenCursor
from ledgerscope.promql.template.tokens import Kind, Token
from ledgerscope.promql.text.quoting import EscapeError, quote, unquote

if TYPE_CHECKING:
    from collections.abc import Callable

_OPERANDS = frozenset(
    {
        Kind.BOOL,
        Kind.CHAR_CONSTANT,
        Kind.DOT,
        Kind.FIELD,
        Kind.IDENTIFIER,
        Kind.NUMBER,
        Kind.RAW_STRING,
        Kind.STRING,
        Kind.VARIABLE,
        Kind.LEFT_PAREN,
    }
)
_CONSTANTS = (nodes.Bool, nodes.Dot, nodes.Nil, nodes.NumberNode, nodes.StringNode)
#: How deep parentheses and blocks may be nested; more is no template but an attack on the stack.
DEEPEST = 60


@dataclass(slots=True)
class PipelineParser(TokenCursor):
    """Parses what stands between `{{` and `}}`."""

    variables: list[str] = field(default_factory=lambda: ["$"])
    depth: int = 0

    def pipeline(self, context: str, end: Kind) -> nodes.Pipeline:
        """Commands up to `end`, which is consumed."""
        offset = self.skip_spaces().offset
        variables, assigns = self._declarations(context)
        commands: list[nodes.Command] = []
        while (token := self.skip_spaces()).kind is not end:
            if token.kind not in _OPERANDS and token.text != "nil":
                self.at += 1
                raise self.unexpected(token, context)
            commands.append(self.command())
        self.at += 1
        self._check(commands, context)
        return nodes.Pipeline(offset, tuple(commands), tuple(variables), assigns)

    def _check(self, commands: list[nodes.Command], context: str) -> None:
        if not commands:
            raise self.fault(f"missing value for {context}")
        for stage, command in enumerate(commands[1:], start=2):
            if isinstance(command.args[0], _CONSTANTS):
                raise self.fault(f"non executable command in pipeline stage {stage}")

    def _declarations(self, context: str) -> tuple[list[str], bool]:
        names: list[str] = []
        while self.skip_spaces().kind is Kind.VARIABLE:
            back = self.at
            name = self.next().text
            following = self.skip_spaces()
            if following.kind in (Kind.ASSIGN, Kind.DECLARE):
                self.at += 1
                self._declare(name, names)
                return names, following.kind is Kind.ASSIGN
            if following.text != ",":
                self.at = back
                break
            self.at += 1
            self._declare(name, names)
            self._second_variable(context, names)
        return names, False

    def _declare(self, name: str, names: list[str]) -> None:
        names.append(name)
        self.variables.append(name)

    def _second_variable(self, context: str, names: list[str]) -> None:
        if context != "range" or len(names) > 1:
            raise self.fault(f"too many declarations in {context}")
        if self.skip_spaces().kind not in (Kind.VARIABLE, Kind.CLOSE, Kind.RIGHT_PAREN):
            raise self.fault("range can only initialize variables")

    def command(self) -> nodes.Command:
        """An operand, or a function and its arguments."""
        offset = self.skip_spaces().offset
        args: list[nodes.Node] = []
        while True:
            self.skip_spaces()
            operand = self.operand()
            if operand is not None:
                args.append(operand)
            token = self.next()
            if token.kind is Kind.SPACE:
                continue
            if token.kind in (Kind.CLOSE, Kind.RIGHT_PAREN):
                self.at -= 1
            elif token.kind is not Kind.PIPE:
                raise self.unexpected(token, "operand")
            break
        if not args:
            raise self.fault("empty command")
        return nodes.Command(offset, tuple(args))

    def operand(self) -> nodes.Node | None:
        """A term and the fields taken from it."""
        node = self.term()
        if node is None or self.peek().kind is not Kind.FIELD:
            return node
        offset = self.peek().offset
        path: list[str] = []
        while self.peek().kind is Kind.FIELD:
            path.append(self.next().text[1:])
        if isinstance(node, (nodes.Field, nodes.Variable)):
            return type(node)(offset, (*node.path, *path))
        if isinstance(node, _CONSTANTS):
            raise self.fault(f"unexpected . after term {quote(str(node))}")
        return nodes.Chain(offset, node, tuple(path))

    def term(self) -> nodes.Node | None:
        """A single value; None where none begins."""
        token = self.skip_spaces()
        make = _TERMS.get(token.kind)
        if make is None and token.text != "nil":
            return None
        self.at += 1
        return nodes.Nil(token.offset) if make is None else make(self, token)

    def identifier(self, token: Token) -> nodes.Node:
        """A function, which has to exist."""
        if token.text not in self.functions:
            raise self.fault(f"function {quote(token.text)} not defined")
        return nodes.Identifier(token.offset, token.text)

    def variable(self, token: Token) -> nodes.Node:
        """A variable, which has to be declared."""
        if token.text not in self.variables:
            raise self.fault(f"undefined variable {quote(token.text)}")
        return nodes.Variable(token.offset, (token.text,))

    def number(self, token: Token) -> nodes.Node:
        """A number or character."""
        try:
            return nodes.NumberNode(token.offset, token.text, number_value(token))
        except FunctionError as error:
            raise self.fault(str(error)) from error

    def string(self, token: Token) -> nodes.Node:
        """A text."""
        return nodes.StringNode(token.offset, token.text, self.unquoted(token.text))

    def parenthesised(self, _: Token) -> nodes.Node:
        """A pipeline in parentheses."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.fault("template nested too deeply")
        pipeline = self.pipeline("parenthesized pipeline", Kind.RIGHT_PAREN)
        self.depth -= 1
        return pipeline

    def unquoted(self, literal: str) -> str:
        """The text a literal stands for."""
        try:
            return unquote(literal)
        except EscapeError as error:
            raise self.fault("invalid syntax") from error


_TERMS: dict[Kind, Callable[[PipelineParser, Token], nodes.Node]] = {
    Kind.IDENTIFIER: PipelineParser.identifier,
    Kind.DOT: lambda _, token: nodes.Dot(token.offset),
    Kind.VARIABLE: PipelineParser.variable,
    Kind.FIELD: lambda _, token: nodes.Field(token.offset, (token.text[1:],)),
    Kind.BOOL: lambda _, token: nodes.Bool(token.offset, token.text == "true"),
    Kind.CHAR_CONSTANT: PipelineParser.number,
    Kind.NUMBER: PipelineParser.number,
    Kind.STRING: PipelineParser.string,
    Kind.RAW_STRING: PipelineParser.string,
    Kind.LEFT_PAREN: PipelineParser.parenthesised,
}
