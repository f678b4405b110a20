"""The functions every Go template has: logic, comparison, `len`, `index`, `slice`, printing, escaping."""

from __future__ import annotations

from itertools import pairwise
from urllib.parse import quote_plus

from ledgerscope.promql.template.comparison import at_least, at_most, equal, greater, less, unequal
from ledgerscope.promql.template.errors import FunctionError
from ledgerscope.promql.template.printf import sprint, sprintf, sprintln
from ledgerscope.promql.template.signatures import Function, Param
from ledgerscope.promql.template.values import (
    AnyMap,
    QueryResult,
    StringMap,
    default_format,
    is_true,
    type_name,
)


def _as_text(values: tuple[object, ...]) -> str:
    """The arguments of an escaping function as one text."""
    if len(values) == 1 and isinstance(values[0], str):
        return values[0]
    if len(values) == 1:
        return "<no value>" if values[0] is None else default_format(values[0], followed=True)
    return sprint(["<no value>" if value is None else value for value in values])


_HTML = {'"': "&#34;", "'": "&#39;", "&": "&amp;", "<": "&lt;", ">": "&gt;", "\0": "\ufffd"}
_JS = {
    "\\": "\\\\",
    "'": "\\'",
    '"': '\\"',
    "<": "\\u003C",
    ">": "\\u003E",
    "&": "\\u0026",
    "=": "\\u003D",
}


def escape_html(*values: object) -> str:
    """The arguments' text with HTML's special characters escaped."""
    return "".join(_HTML.get(char, char) for char in _as_text(values))


def escape_js(*values: object) -> str:
    """The arguments' text as the inside of a JavaScript string."""
    return "".join(_JS.get(char) or _js_char(char) for char in _as_text(values))


def _js_char(char: str) -> str:
    return char if char.isprintable() else f"\\u{ord(char):04X}"


def escape_query(*values: object) -> str:
    """The arguments' text for a URL's query."""
    return quote_plus(_as_text(values), safe="", errors="surrogateescape")


def length(value: object) -> int:
    """The number of bytes of a text, or of elements."""
    if value is None:
        raise FunctionError("reflect: call of reflect.Value.Type on zero Value")
    if isinstance(value, str):
        return len(value.encode("utf-8", "surrogateescape"))
    if isinstance(value, (dict, list)):
        return len(value)
    raise FunctionError(f"len of type {type_name(value)}")


def index(value: object, *keys: object) -> object:
    """The element reached by the keys, one after another."""
    if value is None:
        raise FunctionError("index of untyped nil")
    for key in keys:
        value = _element(value, key)
    return value


def _element(value: object, key: object) -> object:
    if isinstance(value, (StringMap, AnyMap)):
        if not isinstance(key, str):
            raise FunctionError(
                f"value has type {type_name(key)}; should be string"
                if key is not None
                else "value is nil; should be of type string"
            )
        return value.get(key, "" if isinstance(value, StringMap) else None)
    if isinstance(value, (QueryResult, str)):
        items = value.encode("utf-8", "surrogateescape") if isinstance(value, str) else value
        place = _position(key, len(items))
        if place == len(items):  # Go lets it through, to fail one step later
            raise FunctionError(
                f"reflect: {'string' if isinstance(value, str) else 'slice'} index out of range"
            )
        return items[place]
    if value is None:
        raise FunctionError("index of nil pointer")
    raise FunctionError(f"can't index item of type {type_name(value)}")


def _position(key: object, last: int) -> int:
    if key is None:
        raise FunctionError("cannot index slice/array with nil")
    if not isinstance(key, int) or isinstance(key, bool):
        raise FunctionError(f"cannot index slice/array with type {type_name(key)}")
    if not 0 <= key <= last:
        raise FunctionError(f"index out of range: {key}")
    return key


def slice_of(value: object, *bounds: object) -> object:
    """Part of a text (by bytes) or a list."""
    if value is None:
        raise FunctionError("slice of untyped nil")
    most = 2 if isinstance(value, str) else 3
    if len(bounds) > 3:  # noqa: PLR2004 - low, high, capacity
        raise FunctionError(f"too many slice indexes: {len(bounds)}")
    if not isinstance(value, (str, QueryResult)):
        raise FunctionError(f"can't slice item of type {type_name(value)}")
    if len(bounds) > most:
        raise FunctionError("cannot 3-index slice a string")
    items = value.encode("utf-8", "surrogateescape") if isinstance(value, str) else value
    cuts = [_position(bound, len(items)) for bound in bounds]
    low, high = (cuts[0] if cuts else 0), (cuts[1] if len(cuts) > 1 else len(items))
    for first, second in pairwise(cuts):
        if first > second:
            raise FunctionError(f"invalid slice index: {first} > {second}")
    part = items[low:high]
    return part.decode("utf-8", "surrogateescape") if isinstance(part, bytes) else QueryResult(part)


def _call(function: object, *_: object) -> object:
    if function is None:
        raise FunctionError("call of nil")
    raise FunctionError(f"non-function {default_format(function)} of type {type_name(function)}")


def call_unseen(function: object, *_: object) -> object:
    """`call` as Go 1.19 has it: its error does not show the value."""
    if function is None:
        raise FunctionError("call of nil")
    raise FunctionError(f"non-function of type {type_name(function)}")


def _logic(*_: object) -> object:
    raise AssertionError("`and` and `or` are evaluated by the executor, which may skip arguments")


_VALUE = Param.VALUE
BUILTINS: dict[str, Function] = {
    "and": Function(_logic, (_VALUE,), _VALUE),
    "or": Function(_logic, (_VALUE,), _VALUE),
    "not": Function(lambda value: not is_true(value), (_VALUE,)),
    "len": Function(length, (_VALUE,)),
    "index": Function(index, (_VALUE,), _VALUE),
    "slice": Function(slice_of, (_VALUE,), _VALUE),
    "call": Function(_call, (_VALUE,), _VALUE),
    "print": Function(lambda *values: sprint(values), (), Param.ANY),
    "printf": Function(lambda text, *values: sprintf(text, values), (Param.STRING,), Param.ANY),
    "println": Function(lambda *values: sprintln(values), (), Param.ANY),
    "html": Function(escape_html, (), Param.ANY),
    "js": Function(escape_js, (), Param.ANY),
    "urlquery": Function(escape_query, (), Param.ANY),
    "eq": Function(equal, (_VALUE,), _VALUE),
    "ne": Function(unequal, (_VALUE, _VALUE)),
    "lt": Function(less, (_VALUE, _VALUE)),
    "le": Function(at_most, (_VALUE, _VALUE)),
    "gt": Function(greater, (_VALUE, _VALUE)),
    "ge": Function(at_least, (_VALUE, _VALUE)),
}
