"""Text to tokens. Never raises: what cannot be read becomes one last token of kind ERROR.

The language has three modes: outside, inside braces (label matchers) and inside brackets
(durations); each has one pattern that reads a whole token, and a slow path that words the error.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ledgerscope.promql.syntax.number_scan import scan_number
from ledgerscope.promql.syntax.tokens import DURATION_WORDS, SIGNS, WORDS, Kind, Token
from ledgerscope.promql.text.quoting import EscapeError, quote, quote_rune, unquote

if TYPE_CHECKING:
    from collections.abc import Callable

# A comment always reaches the end of its line: none is given back piece by piece to find a token inside it.
_SKIP = r"[ \t\r\n]*(?:\#[^\r\n]*(?![^\r\n])[ \t\r\n]*)*"
_NUMBER = r"""
    (?P<duration>[0-9]+[smhdwy]s?(?:[0-9]+[smhdw]s?)*) (?![0-9A-Za-z_])
    | (?P<number>
        (?: 0[xX][0-9a-fA-F_]+
          | (?:[0-9][0-9_]*(?:\.[0-9]*)? | \.[0-9]+) (?:[eE][+-]?[0-9]+)?
        ) (?![0-9A-Za-z_.]))
"""
_STRING = r"""(?P<string> "(?:[^"\\\n]|\\[^\n])*" | '(?:[^'\\\n]|\\[^\n])*' | `[^`]*` )"""

_OUTSIDE = re.compile(
    rf"""{_SKIP}(?:
        (?P<word>[A-Za-z_:][A-Za-z0-9_:]*)
        | {_NUMBER}
        | (?P<sign>==|!=|<=|</|<|>=|>/|>|=(?!~)|[-+*/%^@,(){{}}\[\]])
        | {_STRING}
    )""",
    re.VERBOSE,
)
_BRACES = re.compile(
    rf"""{_SKIP}(?: (?P<word>[A-Za-z_][A-Za-z0-9_]*) | (?P<sign>=~|!~|!=|[=,}}]) | {_STRING} )""",
    re.VERBOSE,
)
_BRACKETS = re.compile(
    rf"""{_SKIP}(?: (?P<word>[A-Za-z_]+) | {_NUMBER} | (?P<sign>[-+*/%^,():\]]) )""",
    re.VERBOSE,
)
_SPACE = re.compile(_SKIP)
_DIGIT = re.compile(r"\.?[0-9]")


# Reading a member off its enum costs a descriptor call in Python 3.11, and these are read for every token.
_IDENTIFIER, _METRIC_IDENTIFIER = Kind.IDENTIFIER, Kind.METRIC_IDENTIFIER
_STRING_KIND, _NUMBER_KIND, _DURATION_KIND = Kind.STRING, Kind.NUMBER, Kind.DURATION


def tokenize(text: str) -> list[Token]:
    """Every token of `text`; the last one is EOF or ERROR."""
    return _Lexer(text).run()


class _Unreadable(Exception):
    def __init__(self, message: str, start: int) -> None:
        self.message = message
        self.start = start


class _Lexer:
    __slots__ = ("_colon", "_depth", "_mode", "_number", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._mode = _OUTSIDE
        self._depth = 0  # of parentheses
        self._number = False  # one was seen since the bracket opened
        self._colon = False  # one was seen since the bracket opened

    def run(self) -> list[Token]:
        text, tokens, position = self._text, list[Token](), 0
        try:
            while match := self._mode.match(text, position):
                group = match.lastgroup
                start, position = match.span(group)  # type: ignore[arg-type]  # some group always matched
                lexeme = text[start:position]
                kind = _READ[group](self, lexeme, start)  # type: ignore[index]  # likewise
                tokens.append(Token(kind, lexeme, start))
            tokens.append(self._finish(position))
        except _Unreadable as error:
            tokens.append(Token(Kind.ERROR, error.message, error.start))
        return tokens

    def sign(self, lexeme: str, start: int) -> Kind:
        kind = SIGNS[lexeme]
        effect = _EFFECTS.get(kind)
        if effect is not None:
            effect(self, start)
        return kind

    def open_paren(self, _: int) -> None:
        self._depth += 1

    def close_paren(self, start: int) -> None:
        self._depth -= 1
        if self._depth < 0:
            raise _Unreadable("unexpected right parenthesis ')'", start + 1)

    def open_brace(self, _: int) -> None:
        self._mode = _BRACES

    def open_bracket(self, _: int) -> None:
        self._mode = _BRACKETS
        self._number = self._colon = False

    def close(self, start: int) -> None:
        if self._mode is _OUTSIDE:
            # Only a bracket is an error of the lexer; a lone brace is unexpected like any sign.
            sign = self._text[start]
            message = "unexpected right bracket" if sign == "]" else "unexpected character:"
            raise _Unreadable(f"{message} {quote_rune(sign)}", start)
        self._mode = _OUTSIDE

    def separate(self, start: int) -> None:
        if not self._number:
            raise _Unreadable("unexpected colon before duration in duration expression", start + 1)
        if self._colon:
            raise _Unreadable("unexpected colon ':'", start)
        self._colon = True

    def word(self, lexeme: str, start: int) -> Kind:
        if self._mode is _BRACES:
            return _IDENTIFIER
        lower = lexeme.lower()
        if self._mode is _BRACKETS:
            if lower not in DURATION_WORDS:
                raise self._unexpected(start)
            self._number = True
            return WORDS[lower]
        return WORDS.get(lower) or (_METRIC_IDENTIFIER if ":" in lexeme else _IDENTIFIER)

    def string(self, lexeme: str, start: int) -> Kind:
        if "\\" in lexeme:
            try:
                unquote(lexeme)
            except EscapeError as error:
                raise _Unreadable(str(error), start) from None
        return _STRING_KIND

    def counted(self, _: str, __: int) -> Kind:
        self._number = True
        return _NUMBER_KIND

    def timed(self, _: str, __: int) -> Kind:
        self._number = True
        return _DURATION_KIND

    def _finish(self, position: int) -> Token:
        """The end of the input, if it is one; otherwise why nothing could be read here."""
        space = _SPACE.match(self._text, position)
        start = position if space is None else space.end()
        if start == len(self._text):
            return self._end(start)
        char = self._text[start]
        if self._mode is not _BRACES and _DIGIT.match(self._text, start):
            end = scan_number(self._text, start)
            raise _Unreadable(f"bad number or duration syntax: {quote(self._text[start:end])}", start)
        if self._mode is not _BRACKETS and char in _UNTERMINATED:
            raise _Unreadable(self._bad_string(start), start)
        raise self._unexpected(start)

    def _end(self, start: int) -> Token:
        if self._mode is _BRACES:
            raise _Unreadable("unexpected end of input inside braces", start)
        if self._mode is _BRACKETS and not self._number:
            raise _Unreadable("unexpected end of input in duration expression", start)
        if self._depth:
            raise _Unreadable("unclosed left parenthesis", start)
        if self._mode is _BRACKETS:
            raise _Unreadable("unclosed left bracket", start)
        return Token(Kind.EOF, "", start)

    def _bad_string(self, start: int) -> str:
        if self._text[start] == "`":
            return "unterminated raw string"
        # An escape can be wrong before the end is found missing.
        line = self._text[start:].split("\n", 1)[0]
        try:
            unquote(line, closed=False)
        except EscapeError as error:
            return str(error)
        return "unterminated quoted string"

    def _unexpected(self, start: int) -> _Unreadable:
        char = self._text[start]
        if self._mode is _BRACKETS:
            message = self._unexpected_in_brackets(char)
        elif char in _PREFIXES:
            where = " inside braces" if self._mode is _BRACES else ""
            after = self._text[start + 1 : start + 2] or _NO_CHARACTER
            message = f"unexpected character after {quote_rune(char)}{where}: {quote_rune(after)}"
        elif self._mode is _BRACES:
            message = _IN_BRACES.get(char, f"unexpected character inside braces: {quote_rune(char)}")
        else:
            message = f"unexpected character: {quote_rune(char)}"
        return _Unreadable(message, start)

    def _unexpected_in_brackets(self, char: str) -> str:
        if not self._number:
            return f"unexpected character in duration expression: {quote_rune(char)}"
        if char == "[":
            return "unexpected left bracket '['"
        letter = char.isascii() and (char.isalpha() or char == "_")
        return f"unexpected character: {quote_rune(char)}" + (", expected ':'" if letter else "")


_UNTERMINATED = "\"'`"
_PREFIXES = "=!"
_NO_CHARACTER = "\ufffd"
"""What Prometheus shows where the text has ended."""
_IN_BRACES = {"{": "unexpected left brace '{'"}

_READ: dict[str, Callable[[_Lexer, str, int], Kind]] = {
    "sign": _Lexer.sign,
    "word": _Lexer.word,
    "string": _Lexer.string,
    "number": _Lexer.counted,
    "duration": _Lexer.timed,
}
_EFFECTS: dict[Kind, Callable[[_Lexer, int], None]] = {
    Kind.LEFT_PAREN: _Lexer.open_paren,
    Kind.RIGHT_PAREN: _Lexer.close_paren,
    Kind.LEFT_BRACE: _Lexer.open_brace,
    Kind.RIGHT_BRACE: _Lexer.close,
    Kind.LEFT_BRACKET: _Lexer.open_bracket,
    Kind.RIGHT_BRACKET: _Lexer.close,
    Kind.COLON: _Lexer.separate,
}
