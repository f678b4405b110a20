"""A place among a template's tokens, and how to say what is wrong there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledgerscope.promql.template.errors import TemplateSyntaxError
from ledgerscope.promql.template.tokens import Kind, Token
from ledgerscope.promql.text.quoting import quote

if TYPE_CHECKING:
    from collections.abc import Collection

_SHOWN = 10


@dataclass(slots=True)
class TokenCursor:
    """Reads tokens one by one. `functions` are those a template may call."""

    name: str
    functions: Collection[str]
    tokens: list[Token]
    at: int = 0
    action_line: int = 0

    def peek(self) -> Token:
        """The next token, left where it is."""
        return self.tokens[min(self.at, len(self.tokens) - 1)]

    def next(self) -> Token:
        """The next token, consumed."""
        token = self.peek()
        self.at += 1
        return token

    def skip_spaces(self) -> Token:
        """The next token that is no space, left where it is."""
        while self.peek().kind is Kind.SPACE:
            self.at += 1
        return self.peek()

    def next_solid(self) -> Token:
        """The next token that is no space, consumed."""
        self.skip_spaces()
        return self.next()

    def keyword(self) -> str:
        """The keyword that comes next; empty where none does."""
        token = self.skip_spaces()
        return token.text if token.kind is Kind.KEYWORD else ""

    def expect(self, kinds: tuple[Kind, ...], context: str) -> Token:
        """The next solid token, which has to be of one of the kinds."""
        token = self.next_solid()
        if token.kind not in kinds:
            raise self.unexpected(token, context)
        return token

    def fault(self, message: str) -> TemplateSyntaxError:
        """An error at the token read last."""
        line = self.tokens[min(max(self.at - 1, 0), len(self.tokens) - 1)].line
        return TemplateSyntaxError(self.name, line, message)

    def unexpected(self, token: Token, context: str) -> TemplateSyntaxError:
        """The error for a token that has no business there."""
        if token.kind is not Kind.ERROR:
            return self.fault(f"unexpected {_shown(token)} in {context}")
        started = ""
        if self.action_line and self.action_line != token.line:
            started = f" in action started at {self.name}:{self.action_line}"
            if token.text.endswith(" action"):
                started = started.removeprefix(" in action")
        return self.fault(token.text + started)


def _shown(token: Token) -> str:
    if token.kind is Kind.EOF:
        return "EOF"
    if token.kind in (Kind.KEYWORD, Kind.DOT):
        return f"<{token.text}>"
    if len(token.text) > _SHOWN:
        return f"{quote(token.text[:_SHOWN])}..."
    return quote(token.text)
