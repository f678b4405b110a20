"""The place in a rule file of a character of one of its texts."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from ledgerscope.promql.errors import PromQLError
from ledgerscope.promql.text.encoding import decoded
from ledgerscope.promql.yaml.nodes import Reader, compose_all
from ledgerscope.promql.yaml.places import place_of_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledgerscope.promql.yaml.nodes import Where

_Texts = dict[tuple[int, int], yaml.ScalarNode]


@dataclass(frozen=True, slots=True)
class Places:
    """Reads each rule file once more, for the columns."""

    _files: dict[str, tuple[Reader, _Texts]] = field(default_factory=dict)

    def of(self, where: Where, offset: int) -> Where:
        """Where the character stands; the beginning of the text for a rule that is in no file."""
        reader, texts = self._read(where.file)
        node = texts.get((where.line, where.column))
        return where if node is None else place_of_text(reader, node, offset)

    def _read(self, file: str) -> tuple[Reader, _Texts]:
        if file not in self._files:
            reader = Reader(file, _text_of(file))
            self._files[file] = (
                reader,
                {
                    (node.start_mark.line + 1, node.start_mark.column + 1): node
                    for document in _documents(reader)
                    for node in _scalars(document)
                },
            )
        return self._files[file]


def _text_of(file: str) -> str:
    try:
        return decoded(Path(file).read_bytes())
    except (OSError, ValueError):
        return ""  # rules made in Python


def _documents(reader: Reader) -> list[yaml.Node]:
    try:
        return compose_all(reader.source, reader.file)
    except PromQLError:
        return []


def _scalars(root: yaml.Node) -> Iterator[yaml.ScalarNode]:
    pending = [root]
    while pending:
        node = pending.pop()
        if isinstance(node, yaml.ScalarNode):
            yield node
        elif isinstance(node, yaml.SequenceNode):
            pending += node.value
        elif isinstance(node, yaml.MappingNode):
            pending += [value for _, value in node.value]
