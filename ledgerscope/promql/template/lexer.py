"""A template's text cut into tokens, each with its offset and line.

Text outside `{{ }}` is one token; trim markers (`{{-`, `-}}`) and comments are resolved here, so that the
parser sees only what means something. A fault becomes a last ERROR token: the parser reports it, because it
knows what it was reading.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ledgerscope.promql.template.tokens import KEYWORDS, Kind, Token

if TYPE_CHECKING:
    from collections.abc import Callable

_OPEN = "{{"
_CLOSE = "}}"
_TRIM_CLOSE = "-}}"
_SPACES = " \t\r\n"
_SPACE_RUN = re.compile(r"[ \t\r\n]*")
_NAME = re.compile(r"\w*")

_NUMBER = re.compile(
    r"[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?|0[bB][01_]*|0[oO][0-7_]*"
    r"|[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?)i?",
)
_COMPLEX = re.compile(_NUMBER.pattern.removesuffix("i?") + _NUMBER.pattern.removesuffix("i?") + "i")


def is_name_char(char: str) -> bool:
    """Whether the character may stand in an identifier."""
    return char == "_" or char.isalnum()


@dataclass(slots=True)
class Lexer:
    """Cuts one text. Use `tokenize`."""

    text: str
    position: int = 0
    start: int = 0
    line: int = 1
    parens: int = 0
    tokens: list[Token] = field(default_factory=list)

    def run(self) -> list[Token]:
        """All tokens, ending in EOF or ERROR."""
        state: Callable[[], bool] = self._outside
        while state():
            state = self._action if self.tokens and self.tokens[-1].kind is Kind.OPEN else self._outside
        return self.tokens

    def _emit(self, kind: Kind) -> None:
        piece = self.text[self.start : self.position]
        self.tokens.append(Token(kind, self.start, piece, self.line))
        self._ignore()

    def _ignore(self) -> None:
        self.line += self.text.count("\n", self.start, self.position)
        self.start = self.position

    def _fail(self, message: str) -> bool:
        self.tokens.append(Token(Kind.ERROR, self.start, message, self.line))
        return False

    def _outside(self) -> bool:
        """Text up to the next action, then the action's beginning (or its whole, for a comment)."""
        at = self.text.find(_OPEN, self.position)
        end = len(self.text) if at < 0 else at
        trims = at >= 0 and self._trims_left(at)
        self.position = self.start + len(self.text[self.start : end].rstrip(_SPACES)) if trims else end
        if self.position > self.start:
            self._emit(Kind.TEXT)
        self.position = end
        self._ignore()
        if at < 0:
            self._emit(Kind.EOF)
            return False
        return self._open(trims=trims)

    def _trims_left(self, at: int) -> bool:
        after = self.text[at + 2 : at + 4]
        return after[:1] == "-" and after[1:] != "" and after[1:] in _SPACES

    def _open(self, *, trims: bool) -> bool:
        after = self.position + (4 if trims else 2)
        if self.text.startswith("/*", after):
            return self._comment(after)
        self.position = self.start + 2
        self._emit(Kind.OPEN)
        self.position = after
        self._ignore()
        self.parens = 0
        return True

    def _comment(self, body: int) -> bool:
        self.position = body
        self._ignore()
        end = self.text.find("*/", body + 2)
        if end < 0:
            return self._fail("unclosed comment")
        self.position = end + 2
        trims = self._trims_right()
        self.position += 2 if trims else 0
        if not self.text.startswith(_CLOSE, self.position):
            return self._fail("comment ends before closing delimiter")
        self.position += 2
        self._after_close(trims=trims)
        return True

    def _trims_right(self) -> bool:
        spaced = self.text[self.position : self.position + 1] in _SPACES
        return spaced and self.text.startswith(_TRIM_CLOSE, self.position + 1)

    def _after_close(self, *, trims: bool) -> None:
        if trims:
            self._skip(_SPACE_RUN)
        self._ignore()

    def _skip(self, run: re.Pattern[str]) -> None:
        match = run.match(self.text, self.position)
        self.position = self.position if match is None else match.end()

    def _action(self) -> bool:
        """Tokens up to the closing delimiter."""
        while True:
            closed = self._close()
            if closed is not None:
                return closed
            if self.position >= len(self.text):
                return self._fail("unclosed action")
            if not self._token():
                return False

    def _close(self) -> bool | None:
        trims = self._trims_right()
        if not trims and not self.text.startswith(_CLOSE, self.position):
            return None
        if self.parens:
            return self._fail("unclosed left paren")
        self.position += 2 if trims else 0
        self._ignore()
        self.position += 2
        self._emit(Kind.CLOSE)
        self._after_close(trims=trims)
        return True

    def _token(self) -> bool:
        char = self.text[self.position]
        if char in _SPACES:
            return self._space()
        scan = _BY_CHAR.get(char)
        if scan is not None:
            return scan(self)
        following = self.text[self.position + 1 : self.position + 2]
        if char == "." and not (following.isdecimal() and following.isascii()):
            return self._field()
        if char in "+-." or (char.isdecimal() and char.isascii()):
            return self._number()
        return self._identifier() if is_name_char(char) else self._other(char)

    def _other(self, char: str) -> bool:
        if char.isascii() and char.isprintable():
            return self._single(Kind.CHAR)
        return self._fail(f"unrecognized character in action: {unicode_name(char)}")

    def _space(self) -> bool:
        self._skip(_SPACE_RUN)
        if self.text.startswith(_TRIM_CLOSE, self.position):
            self.position -= 1  # the last space belongs to the delimiter
        if self.position > self.start:
            self._emit(Kind.SPACE)
        return True

    def _single(self, kind: Kind) -> bool:
        self.position += 1
        self._emit(kind)
        return True

    def _declare(self) -> bool:
        if not self.text.startswith(":=", self.position):
            return self._fail("expected :=")
        self.position += 2
        self._emit(Kind.DECLARE)
        return True

    def _quoted(self, quote: str, kind: Kind, complaint: str) -> bool:
        at = self.position + 1
        while at < len(self.text) and self.text[at] not in (quote, "\n"):
            at += 2 if self.text[at] == "\\" and self.text[at + 1 : at + 2] != "\n" else 1
        if at >= len(self.text) or self.text[at] != quote:
            return self._fail(complaint)
        self.position = at + 1
        self._emit(kind)
        return True

    def _raw(self) -> bool:
        end = self.text.find("`", self.position + 1)
        if end < 0:
            return self._fail("unterminated raw quoted string")
        self.position = end + 1
        self._emit(Kind.RAW_STRING)
        return True

    def _paren_open(self) -> bool:
        self.parens += 1
        return self._single(Kind.LEFT_PAREN)

    def _paren_close(self) -> bool:
        self.parens -= 1
        self._single(Kind.RIGHT_PAREN)
        return self.parens >= 0 or self._fail("unexpected right paren")

    def _number(self) -> bool:
        match = _COMPLEX.match(self.text, self.position) or _NUMBER.match(self.text, self.position)
        end = self.position if match is None else match.end()
        if end < len(self.text) and is_name_char(self.text[end]):
            return self._fail(f"bad number syntax: {_quote(self.text[self.start : end + 1])}")
        self.position = end
        self._emit(Kind.NUMBER)
        return True

    def _word(self) -> None:
        self._skip(_NAME)

    def _at_terminator(self) -> bool:
        rest = self.text[self.position : self.position + 2]
        return rest == "" or rest[0] in _SPACES + ".,|:()" or rest == _CLOSE

    def _identifier(self) -> bool:
        self._word()
        if not self._at_terminator():
            return self._fail(f"bad character {unicode_name(self.text[self.position])}")
        word = self.text[self.start : self.position]
        if word in KEYWORDS:
            self._emit(Kind.KEYWORD)
        else:
            self._emit(Kind.BOOL if word in ("true", "false") else Kind.IDENTIFIER)
        return True

    def _variable(self) -> bool:
        self.position += 1
        return self._name_after_sign(Kind.VARIABLE, Kind.VARIABLE)

    def _field(self) -> bool:
        self.position += 1
        return self._name_after_sign(Kind.FIELD, Kind.DOT)

    def _name_after_sign(self, kind: Kind, alone: Kind) -> bool:
        if self._at_terminator():
            self._emit(alone)
            return True
        self._word()
        if not self._at_terminator():
            return self._fail(f"bad character {unicode_name(self.text[self.position])}")
        self._emit(kind)
        return True


_BY_CHAR: dict[str, Callable[[Lexer], bool]] = {
    "=": lambda lexer: lexer._single(Kind.ASSIGN),  # noqa: SLF001 - the table belongs to the class
    ":": Lexer._declare,  # noqa: SLF001 - the table belongs to the class
    "|": lambda lexer: lexer._single(Kind.PIPE),  # noqa: SLF001 - the table belongs to the class
    '"': lambda lexer: lexer._quoted('"', Kind.STRING, "unterminated quoted string"),  # noqa: SLF001 - same
    "'": lambda lexer: lexer._quoted("'", Kind.CHAR_CONSTANT, "unterminated character constant"),  # noqa: SLF001
    "`": Lexer._raw,  # noqa: SLF001 - the table belongs to the class
    "$": Lexer._variable,  # noqa: SLF001 - the table belongs to the class
    "(": Lexer._paren_open,  # noqa: SLF001 - the table belongs to the class
    ")": Lexer._paren_close,  # noqa: SLF001 - the table belongs to the class
}


def unicode_name(char: str) -> str:
    """Go's `%#U`: the code point, and the character where it can be shown."""
    code = f"U+{ord(char):04X}"
    return f"{code} '{char}'" if char.isprintable() else code


def _quote(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def tokenize(text: str) -> list[Token]:
    """The tokens of a template, ending in EOF or in the ERROR that stopped the reading."""
    return Lexer(text).run()
