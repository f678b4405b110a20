"""Tokens to a template tree, with Go's error texts.

Variables and functions are checked while parsing: an unknown one is an error before anything is rendered.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from ledgerscope.promql.quoting import EscapeError, quote, unquote
from ledgerscope.promql.template import nodes
from ledgerscope.promql.template.errors import FunctionError, TemplateSyntaxError
from ledgerscope.promql.template.lexer import Kind, Token, tokenize
from ledgerscope.promql.template.numbers import number_value

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

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
_SHOWN = 10
_DEEPEST = 60


@dataclass(frozen=True, slots=True)
class _End:
    """What closed a list of nodes: `end`, or `else` (with the keyword that directly follows)."""

    keyword: str
    follows: str = ""

    def __str__(self) -> str:
        return f"{{{{{self.keyword}}}}}"


@dataclass(slots=True)
class _Parser:
    name: str
    functions: Collection[str]
    tokens: list[Token]
    at: int = 0
    variables: list[str] = field(default_factory=lambda: ["$"])
    defined: dict[str, tuple[nodes.Node, ...]] = field(default_factory=dict)
    action_line: int = 0
    ranges: int = 0
    depth: int = 0

    # -- tokens

    def peek(self) -> Token:
        return self.tokens[min(self.at, len(self.tokens) - 1)]

    def next(self) -> Token:
        token = self.peek()
        self.at += 1
        return token

    def skip_spaces(self) -> Token:
        while self.peek().kind is Kind.SPACE:
            self.at += 1
        return self.peek()

    def next_solid(self) -> Token:
        self.skip_spaces()
        return self.next()

    def keyword(self) -> str:
        token = self.skip_spaces()
        return token.text if token.kind is Kind.KEYWORD else ""

    def expect(self, kinds: tuple[Kind, ...], context: str) -> Token:
        token = self.next_solid()
        if token.kind not in kinds:
            raise self.unexpected(token, context)
        return token

    # -- errors

    def fault(self, message: str) -> TemplateSyntaxError:
        line = self.tokens[min(max(self.at - 1, 0), len(self.tokens) - 1)].line
        return TemplateSyntaxError(self.name, line, message)

    def unexpected(self, token: Token, context: str) -> TemplateSyntaxError:
        if token.kind is not Kind.ERROR:
            return self.fault(f"unexpected {_shown(token)} in {context}")
        started = ""
        if self.action_line and self.action_line != token.line:
            started = f" in action started at {self.name}:{self.action_line}"
            if token.text.endswith(" action"):
                started = started.removeprefix(" in action")
        return self.fault(token.text + started)

    # -- lists and actions

    def document(self) -> tuple[nodes.Node, ...]:
        body: list[nodes.Node] = []
        while self.peek().kind is not Kind.EOF:
            node = self.item()
            if isinstance(node, _End):
                raise self.fault(f"unexpected {node}")
            if node is not None:
                body.append(node)
        return tuple(body)

    def item_list(self) -> tuple[tuple[nodes.Node, ...], _End]:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise self.fault("template nested too deeply")
        body: list[nodes.Node] = []
        while self.peek().kind is not Kind.EOF:
            node = self.item()
            if isinstance(node, _End):
                self.depth -= 1
                return tuple(body), node
            if node is not None:
                body.append(node)
        self.at += 1
        raise self.fault("unexpected EOF")

    def item(self) -> nodes.Node | _End | None:
        token = self.next()
        if token.kind is Kind.TEXT:
            return nodes.Text(token.offset, token.text)
        if token.kind is not Kind.OPEN:
            raise self.unexpected(token, "input")
        self.action_line = token.line
        node = self.action()
        self.action_line = 0
        return node

    def action(self) -> nodes.Node | _End | None:
        start = self.skip_spaces()
        parse = _ACTIONS.get(self.keyword())
        if parse is not None:
            self.at += 1
            return parse(self, start.offset)
        return nodes.Action(start.offset, self.pipeline("command", Kind.CLOSE))

    def end(self, _: int) -> _End:
        self.expect((Kind.CLOSE,), "end")
        return _End("end")

    def otherwise(self, _: int) -> _End:
        follows = self.keyword()
        if follows in ("if", "with"):
            return _End("else", follows)
        self.expect((Kind.CLOSE,), "else")
        return _End("else")

    def branch(self, keyword: str, offset: int) -> nodes.Branch:
        mark = len(self.variables)
        pipeline = self.pipeline(keyword, Kind.CLOSE)
        self.ranges += keyword == "range"
        body, closed = self.item_list()
        self.ranges -= keyword == "range"
        other = self._else_part(keyword, closed) if closed.keyword == "else" else None
        del self.variables[mark:]
        return nodes.Branch(offset, keyword, pipeline, body, other)

    def _else_part(self, keyword: str, closed: _End) -> tuple[nodes.Node, ...]:
        if closed.follows == keyword:
            token = self.next_solid()
            return (self.branch(keyword, token.offset),)
        if closed.follows:
            raise self.unexpected(self.next_solid(), "else")
        other, closed = self.item_list()
        if closed.keyword != "end":
            raise self.fault(f"expected end; found {closed}")
        return other

    def jump(self, keyword: str, offset: int) -> nodes.Jump:
        token = self.next_solid()
        if token.kind is not Kind.CLOSE:
            raise self.unexpected(token, f"{{{{{keyword}}}}}")
        if not self.ranges:
            raise self.fault(f"{{{{{keyword}}}}} outside {{{{range}}}}")
        return nodes.Jump(offset, keyword)

    # -- templates within the template

    def invoke(self, _: int) -> nodes.Invoke:
        context = "template clause"
        offset = self.skip_spaces().offset
        name = self._template_name(context)
        if self.skip_spaces().kind is Kind.CLOSE:
            self.at += 1
            return nodes.Invoke(offset, name, None)
        return nodes.Invoke(offset, name, self.pipeline(context, Kind.CLOSE))

    def define(self, _: int) -> None:
        context = "define clause"
        if self.depth:
            raise self.unexpected(self.tokens[self.at - 1], "command")
        name = self._template_name(context)
        self.expect((Kind.CLOSE,), context)
        self._body(name, context)

    def block(self, _: int) -> nodes.Invoke:
        context = "block clause"
        offset = self.skip_spaces().offset
        name = self._template_name(context)
        pipeline = self.pipeline(context, Kind.CLOSE)
        self._body(name, context)
        return nodes.Invoke(offset, name, pipeline)

    def _template_name(self, context: str) -> str:
        return self._unquoted(self.expect((Kind.STRING, Kind.RAW_STRING), context).text)

    def _body(self, name: str, context: str) -> None:
        outer, self.variables = self.variables, ["$"]
        ranges, self.ranges = self.ranges, 0
        body, closed = self.item_list()
        if closed.keyword != "end":
            raise self.fault(f"unexpected {closed} in {context}")
        self.variables, self.ranges = outer, ranges
        if not _is_empty(self.defined.get(name, ())) and not _is_empty(body):
            raise self.fault(f"template: multiple definition of template {quote(name)}")
        if name not in self.defined or not _is_empty(body):
            self.defined[name] = body

    # -- pipelines

    def pipeline(self, context: str, end: Kind) -> nodes.Pipeline:
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
        token = self.skip_spaces()
        make = _TERMS.get(token.kind)
        if make is None and token.text != "nil":
            return None
        self.at += 1
        return nodes.Nil(token.offset) if make is None else make(self, token)

    def identifier(self, token: Token) -> nodes.Node:
        if token.text not in self.functions:
            raise self.fault(f"function {quote(token.text)} not defined")
        return nodes.Identifier(token.offset, token.text)

    def variable(self, token: Token) -> nodes.Node:
        if token.text not in self.variables:
            raise self.fault(f"undefined variable {quote(token.text)}")
        return nodes.Variable(token.offset, (token.text,))

    def number(self, token: Token) -> nodes.Node:
        try:
            return nodes.NumberNode(token.offset, token.text, number_value(token))
        except FunctionError as error:
            raise self.fault(str(error)) from error

    def string(self, token: Token) -> nodes.Node:
        return nodes.StringNode(token.offset, token.text, self._unquoted(token.text))

    def parenthesised(self, _: Token) -> nodes.Node:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise self.fault("template nested too deeply")
        pipeline = self.pipeline("parenthesized pipeline", Kind.RIGHT_PAREN)
        self.depth -= 1
        return pipeline

    def _unquoted(self, literal: str) -> str:
        try:
            return unquote(literal)
        except EscapeError as error:
            raise self.fault("invalid syntax") from error


_ACTIONS: dict[str, Callable[[_Parser, int], nodes.Node | _End | None]] = {
    "if": lambda parser, offset: parser.branch("if", offset),
    "with": lambda parser, offset: parser.branch("with", offset),
    "range": lambda parser, offset: parser.branch("range", offset),
    "else": _Parser.otherwise,
    "end": _Parser.end,
    "break": lambda parser, offset: parser.jump("break", offset),
    "continue": lambda parser, offset: parser.jump("continue", offset),
    "template": _Parser.invoke,
    "define": _Parser.define,
    "block": _Parser.block,
}

_TERMS: dict[Kind, Callable[[_Parser, Token], nodes.Node]] = {
    Kind.IDENTIFIER: _Parser.identifier,
    Kind.DOT: lambda _, token: nodes.Dot(token.offset),
    Kind.VARIABLE: _Parser.variable,
    Kind.FIELD: lambda _, token: nodes.Field(token.offset, (token.text[1:],)),
    Kind.BOOL: lambda _, token: nodes.Bool(token.offset, token.text == "true"),
    Kind.CHAR_CONSTANT: _Parser.number,
    Kind.NUMBER: _Parser.number,
    Kind.STRING: _Parser.string,
    Kind.RAW_STRING: _Parser.string,
    Kind.LEFT_PAREN: _Parser.parenthesised,
}


def _shown(token: Token) -> str:
    if token.kind is Kind.EOF:
        return "EOF"
    if token.kind is Kind.KEYWORD:
        return f"<{token.text}>"
    if len(token.text) > _SHOWN:
        return f"{quote(token.text[:_SHOWN])}..."
    return quote(token.text)


def _is_empty(body: tuple[nodes.Node, ...]) -> bool:
    return all(isinstance(node, nodes.Text) and not node.text.strip() for node in body)


@lru_cache(maxsize=4096)
def parse_template(name: str, text: str, functions: frozenset[str]) -> nodes.Template:
    """The tree of a template that may call `functions`; `TemplateSyntaxError` where it is none."""
    parser = _Parser(name, functions, tokenize(text))
    body = parser.document()
    return nodes.Template(name, text, body, parser.defined)
