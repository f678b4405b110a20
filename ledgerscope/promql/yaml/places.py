"""Where in a YAML file a character of a text stands: texts are quoted, escaped, folded and indented there.

A fault inside an expression names the file's line and column, so that an editor can jump to it.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

import yaml

from ledgerscope.promql.yaml.nodes import Where

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledgerscope.promql.yaml.nodes import Reader

_BLOCKS = ("|", ">")
#: What stands for one character, by the style of the text.
_UNITS = {
    '"': re.compile(r"\\x..|\\u.{4}|\\U.{8}|\\.|."),
    "'": re.compile(r"''|."),
}


def place_of_text(reader: Reader, node: yaml.Node, offset: int) -> Where:
    """The place of a character of a scalar; the scalar's beginning where that cannot be found."""
    if not isinstance(node, yaml.ScalarNode):
        return reader.where(node)
    if node.style not in _BLOCKS and node.start_mark.line == node.end_mark.line:
        return _in_line(reader, node, offset)
    return _aligned(reader, node, offset) or reader.where(node)


def _in_line(reader: Reader, node: yaml.ScalarNode, offset: int) -> Where:
    start = reader.where(node)
    units = _UNITS.get(node.style or "")
    if units is None:
        return Where(start.file, start.line, start.column + offset)
    written = "".join(reader.source.splitlines()[start.line - 1 : start.line])[start.column :]
    width = sum(len(each.group()) for each in islice(units.finditer(written), offset))
    return Where(start.file, start.line, start.column + 1 + width)


def _aligned(reader: Reader, node: yaml.ScalarNode, offset: int) -> Where | None:
    """A place in a text of several lines: YAML folds and indents it, but keeps what is no white space."""
    solid = "".join(node.value.split())
    before = len("".join(node.value[:offset].split()))
    places = list(islice(_solid_places(reader, node), len(solid)))
    if len(places) < len(solid) or _is_escaped(reader, node):
        return None
    if before < len(places):
        return places[before]
    last = places[-1]
    return Where(last.file, last.line, last.column + 1)  # the end of the text


def _is_escaped(reader: Reader, node: yaml.ScalarNode) -> bool:
    written = "".join(reader.source.splitlines()[node.start_mark.line : node.end_mark.line + 1])
    return (node.style == '"' and "\\" in written) or (node.style == "'" and "'" in node.value)


def _solid_places(reader: Reader, node: yaml.ScalarNode) -> Iterator[Where]:
    """The places of a scalar's characters in its file, without white space and the marks around them."""
    block = node.style in _BLOCKS
    first, column = (node.start_mark.line + 1, 0) if block else (node.start_mark.line, node.start_mark.column)
    if node.style and not block:
        column += 1
    for number, line in enumerate(reader.source.splitlines()[first:], first + 1):
        for index in range(column, len(line)):
            if not line[index].isspace():
                yield Where(reader.file, number, index + 1)
        column = 0
