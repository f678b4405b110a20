"""What a template's text is cut into."""

from __future__ import annotations

import enum
from typing import NamedTuple


class Kind(enum.Enum):
    """What a token is."""

    ERROR = "error"
    EOF = "EOF"
    TEXT = "text"
    OPEN = "{{"
    CLOSE = "}}"
    SPACE = "space"
    BOOL = "bool"
    CHAR = "char"
    CHAR_CONSTANT = "character constant"
    NUMBER = "number"
    STRING = "string"
    RAW_STRING = "raw string"
    FIELD = "field"
    IDENTIFIER = "identifier"
    VARIABLE = "variable"
    ASSIGN = "="
    DECLARE = ":="
    PIPE = "|"
    LEFT_PAREN = "("
    RIGHT_PAREN = ")"
    DOT = "."
    KEYWORD = "keyword"


KEYWORDS = frozenset(
    {"block", "break", "continue", "define", "else", "end", "if", "nil", "range", "template", "with"}
)


class Token(NamedTuple):
    """A piece of the text. `line` counts from one and is where the token begins."""

    kind: Kind
    offset: int
    text: str
    line: int
