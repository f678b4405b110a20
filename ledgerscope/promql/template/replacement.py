"""`match` and `reReplaceAll`: RE2 patterns found anywhere in a text, with Go's error texts."""

from __future__ import annotations

from ledgerscope.promql.errors import RegexError
from ledgerscope.promql.regex.translate import compile_regex
from ledgerscope.promql.template.errors import FunctionError
from ledgerscope.promql.text.quoting import quote


def matches(pattern: str, text: str, *, angle_names: bool = True) -> bool:
    """Whether the pattern is found anywhere in the text.

    angle_names: whether a group may be named `(?<name>)`, as since Prometheus 3.
    """
    try:
        return compile_regex(pattern, angle_names=angle_names).search(text) is not None
    except RegexError as error:
        raise FunctionError(str(error)) from error


def replace_all(pattern: str, replacement: str, text: str, *, angle_names: bool = True) -> str:
    """Every match replaced; `$1`, `${1}` and `${name}` in the replacement stand for what a group matched."""
    try:
        return compile_regex(pattern, angle_names=angle_names).replace_all(text, replacement)
    except RegexError as error:
        shown = f"`{pattern}`" if "`" not in pattern and pattern.isprintable() else quote(pattern)
        raise FunctionError(f"regexp: Compile({shown}): {error}") from error
