"""The parser's place in the tokens, and the wording of "unexpected ..." errors.

Everything that reads PromQL grammar (expressions, matchers, durations) shares one cursor.
"""

from __future__ import annotations

from typing import NoReturn

from ledgerscope.promql.errors import ParseError, Span
from ledgerscope.promql.syntax.dialect import PROMETHEUS_3, Dialect
from ledgerscope.promql.syntax.lexer import tokenize
from ledgerscope.promql.syntax.tokens import Kind, Token, describe

# Reading a member off its enum costs a descriptor call in Python 3.11, and these are read for every token.
_EOF, _ERROR = Kind.EOF, Kind.ERROR

MAX_DEPTH = 120
"""How deep expressions may nest; keeps every recursion over a tree far from Python's own limit."""


class Cursor:
    """One token of lookahead over a text.

    What the lexer could not read is a token that nobody can use: it is complained of only when its turn
    comes, so that a fault in what was already read is found first, as in Prometheus.

    `kind` is that of the current token, `end` the offset after the last token consumed. `context` is what
    the innermost unfinished construct wants said about a token nobody can use. `dialect` is what of the
    language is on.
    """

    __slots__ = ("_index", "_tokens", "context", "depth", "dialect", "end", "height", "kind", "text", "token")

    def __init__(self, text: str, dialect: Dialect = PROMETHEUS_3) -> None:
        self.text = text
        self.dialect = dialect
        self._tokens = tokenize(text)
        self._index = 0
        self.end = 0
        self.depth = 0
        self.height = 0
        self.context = ("", "")
        self.token = self._tokens[0]
        self.kind = self.token.kind

    def at(self, kind: Kind) -> bool:
        """Whether the current token is of this kind."""
        return self.kind is kind

    def advance(self) -> Token:
        """Consume the current token and return it."""
        consumed = self.token
        self.end = consumed.start + len(consumed.text)
        if consumed.kind is not _EOF and consumed.kind is not _ERROR:
            self._index += 1
            self.token = self._tokens[self._index]
            self.kind = self.token.kind
        return consumed

    def peek(self) -> Kind:
        """The kind of the token after the current one."""
        return self._tokens[min(self._index + 1, len(self._tokens) - 1)].kind

    def accept(self, kind: Kind) -> bool:
        """Consume the current token if it is of this kind."""
        if self.kind is not kind:
            return False
        self.advance()
        return True

    def expect(self, kind: Kind, context: str = "", expected: str = "") -> Token:
        """Consume a token of this kind, or refuse what stands there."""
        if self.kind is not kind:
            self.unexpected(context, expected)
        return self.advance()

    def unexpected(self, context: str = "", expected: str = "") -> NoReturn:
        """Refuse the current token; where nothing could be read, for the lexer's reason."""
        if self.kind is _ERROR:
            raise ParseError(self.token.text, Span(self.token.start, len(self.text)), self.text)
        if not context:
            context, expected = self.context
        message = f"unexpected {describe(self.token)}"
        if context:
            message += f" in {context}"
        if expected:
            message += f", expected {expected}"
        raise ParseError(message, self.token.span, self.text)

    def fail(self, message: str, span: Span) -> NoReturn:
        """Refuse what was read, for a reason of its own."""
        raise ParseError(message, span, self.text)

    def need(self, feature: str, message: str, span: Span) -> None:
        """Refuse what was read in Prometheus's words unless a feature flag is on."""
        if feature not in self.dialect.features:
            self.fail(f"{message}; the feature {feature} enables it", span)

    def need_version(self, version: str, what: str, span: Span) -> None:
        """Refuse what Prometheus 2.42 does not have where that is followed."""
        if self.dialect.generation == "2":
            self.fail(f"Prometheus 2.42 has no {what}; there are some since {version}", span)

    def enter(self, context: str, expected: str = "") -> tuple[str, str]:
        """Begin a construct that says this about a token nobody can use; the outer context, to set again."""
        outer = self.context
        self.context = (context, expected)
        return outer

    def grow(self, height: int, other: int = 0) -> None:
        """Record that a node was put on top of one or two subtrees of these heights."""
        self.height = max(height, other) + 1
        if self.height > MAX_DEPTH:
            self.fail(f"expression nested more than {MAX_DEPTH} levels deep", self.token.span)

    def descend(self) -> None:
        """Enter a nested construct; pair with `depth -= 1`."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.fail(f"expression nested more than {MAX_DEPTH} levels deep", self.token.span)
