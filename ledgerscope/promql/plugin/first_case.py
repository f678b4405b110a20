"""Whether a YAML text holds rule tests, read up to the first of them: most of a long file is not parsed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from ledgerscope.promql.plugin.recognise import CASES

if TYPE_CHECKING:
    from collections.abc import Iterator


def begins_with_a_case(text: str) -> bool:
    """Whether an item of `tests` has cases, read up to the first. Raises YAMLError."""
    events = yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    root = next((each for each in events if isinstance(each, yaml.NodeEvent)), None)
    if not isinstance(root, yaml.MappingStartEvent):
        return False
    for key, value in _pairs(events):
        if key == "tests" and isinstance(value, yaml.SequenceStartEvent):
            return any(name in CASES for name in _names_of_items(events))
        _skip(events, value)
    return False


def _names_of_items(events: Iterator[Any]) -> Iterator[str]:
    """The fields of the mappings in a list that has begun."""
    for item in events:
        if isinstance(item, yaml.SequenceEndEvent):
            return
        if not isinstance(item, yaml.MappingStartEvent):
            _skip(events, item)
            continue
        for name, value in _pairs(events):
            yield name
            _skip(events, value)


def _pairs(events: Iterator[Any]) -> Iterator[tuple[str, Any]]:
    """The keys of a mapping that has begun, and the event with which the value begins: skip it."""
    for key in events:
        if isinstance(key, yaml.MappingEndEvent):
            return
        _skip(events, key)
        yield key.value if isinstance(key, yaml.ScalarEvent) else "", next(events)


def _skip(events: Iterator[Any], event: Any) -> None:
    """Pass over the rest of a node that begins with an event."""
    depth = 0
    while True:
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth <= 0:
            return
        event = next(events)
