"""Tokens to a template tree, with Go's error texts.

Variables and functions are checked while parsing: an unknown one is an error before anything is rendered.
"""

from __future__ import annotations

import dataclasses
from dataclasses import field
from functools import lru_cache
from typing import TYPE_CHECKING

from ledgerscope.promql.records import dataclass
from ledgerscope.promql.template import nodes
from ledgerscope.promql.template.lexer import tokenize
from ledgerscope.promql.template.pipeline_parser import DEEPEST, PipelineParser
from ledgerscope.promql.template.tokens import Kind
from ledgerscope.promql.text.quoting import quote

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledgerscope.promql.template.language import Language


@dataclass(frozen=True, slots=True)
class _End:
    """What closed a list of nodes: `end`, or `else` (with the keyword that directly follows)."""

    keyword: str
    follows: str = ""

    def __str__(self) -> str:
        return f"{{{{{self.keyword}}}}}"


@dataclasses.dataclass(slots=True)
class _Parser(PipelineParser):
    defined: dict[str, tuple[nodes.Node, ...]] = field(default_factory=dict)
    ranges: int = 0
    has_else_with: bool = True

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
        if self.depth > DEEPEST:
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
        if follows == "if" or (follows == "with" and self.has_else_with):
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
        return self.unquoted(self.expect((Kind.STRING, Kind.RAW_STRING), context).text)

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


def _is_empty(body: tuple[nodes.Node, ...]) -> bool:
    return all(isinstance(node, nodes.Text) and not node.text.strip() for node in body)


@lru_cache(maxsize=4096)
def parse_template(name: str, text: str, language: Language) -> nodes.Template:
    """The tree of a template of a language; `TemplateSyntaxError` where it is none."""
    parser = _Parser(name, language.functions, tokenize(text), has_else_with=language.has_else_with)
    body = parser.document()
    return nodes.Template(name, text, body, parser.defined)
