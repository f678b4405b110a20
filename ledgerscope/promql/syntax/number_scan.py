"""How far Prometheus's lexer reads into a malformed number, so that errors quote the same text.

Runs only when a number is already known to be bad. Source: the number and duration scanners of
Prometheus 3.14.
"""

from __future__ import annotations

DIGITS = "0123456789"
HEX_DIGITS = "0123456789abcdefABCDEF"
_AFTER_DOT = "_."
_AFTER_EXPONENT = "._eE"
_AFTER_UNDERSCORE = "._eE"
_UNITS = "smhdwy"
_LATER_UNITS = "smhdw"


def scan_number(text: str, start: int) -> int:
    """The end of what is quoted as a bad number or duration at `start`."""
    scan = _Scan(text, start)
    if not scan.number():
        scan.duration()
    return scan.position


class _Scan:
    __slots__ = ("position", "text")

    def __init__(self, text: str, position: int) -> None:
        self.text = text
        self.position = position

    def peek(self) -> str:
        return self.text[self.position : self.position + 1]

    def accept(self, allowed: str) -> bool:
        char = self.peek()
        if char and char in allowed:
            self.position += 1
            return True
        return False

    def accept_run(self, allowed: str) -> None:
        while self.accept(allowed):
            pass

    def number(self) -> bool:
        digits = self._digits()
        self.accept(".")
        self.accept(digits)
        seen = set[str]()
        while (char := self.peek()) and char in digits + "._eE":
            part = "e" if char in "eE" else char
            if part in ".e" and part in seen:
                self.position += 1
                return False
            if not self._part(part, digits):
                return False
            seen.add(part)
        return not self._alphanumeric(self.peek())

    def _digits(self) -> str:
        if self.accept("0") and self.accept("xX"):
            self.accept("_")
            return HEX_DIGITS
        return DIGITS

    def _part(self, part: str, digits: str) -> bool:
        """Read a dot, an exponent, an underscore or a run of digits; False where it may not stand."""
        if part == ".":
            self.position += 1
            return not self.accept(_AFTER_DOT) and digits is DIGITS
        if part == "e":
            self.position += 1
            self.accept("+-")
            return not self.accept(_AFTER_EXPONENT) and self.peek() != ""
        if part == "_":
            self.position += 1
            return not self.accept(_AFTER_UNDERSCORE) and self.peek() != ""
        self.accept_run(digits)
        return True

    def duration(self) -> None:
        if not self.accept(_UNITS):
            return
        self.accept("s")
        while self.accept(DIGITS):
            self.accept_run(DIGITS)
            if not self.accept(_LATER_UNITS):
                return
            self.accept("s")
        if self.peek():
            self.position += 1

    @staticmethod
    def _alphanumeric(char: str) -> bool:
        return char.isascii() and (char.isalnum() or char == "_")
