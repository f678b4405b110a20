"""Chains of thousands of operators are evaluated, whole and in parts."""

from __future__ import annotations

import pytest

from ledgerscope.promql.engine.engine import Engine
from ledgerscope.promql.engine.evaluator import Cache
from ledgerscope.promql.samples.axis import Axis
from ledgerscope.promql.samples.labels import Labels
from ledgerscope.promql.samples.storage import Storage
from ledgerscope.promql.syntax.ast import Binary, spine
from ledgerscope.promql.syntax.parser import parse
from ledgerscope.promql.syntax.printer import to_string

LENGTH = 5000


def storage_of(**values: float) -> Storage:
    storage = Storage()
    for name, value in values.items():
        storage.append(Labels({"__name__": name, "job": "a"}), [0, 60_000], [value, value])
    return storage


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x" + " + 1" * LENGTH, {"": 2 + LENGTH}),
        ("1" + " + 1" * LENGTH + " + x", {"": 3 + LENGTH}),
        ("x" + " and y" * LENGTH, {"x": 2}),
        ("x" + " unless none" * LENGTH, {"x": 2}),
        ("x" + " > 1" * LENGTH, {"x": 2}),
        ("x" + " + y - y" * LENGTH, {"": 2}),
        ("none" + " or none" * LENGTH + " or y or x", {"y": 3}),
        ("none" + " or none" * LENGTH + " or on () y or on () x", {"y": 3}),
        ("x" + " or ignoring (job) none" * LENGTH + " or on (__name__) y", {"x": 2, "y": 3}),
        ("x @ 0" + " + y @ end()" * 10, {"": 32}),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else "",
)
def test_a_chain_is_evaluated_from_left_to_right(text: str, expected: dict[str, float]) -> None:
    result = Engine().instant(storage_of(x=2, y=3), text, 0)
    assert {each.labels.name: each.value for each in result.vector.at()} == expected


def test_the_parts_of_a_chain_have_the_values_they_have_alone() -> None:
    storage, axis = storage_of(x=2, y=3, z=7), Axis.spanning(0, 60_000, 60_000)
    tree = parse("x + y - z * (x + y + z) > x or y and z + x or z unless y == bool 3 / x")
    part = Engine().parts(storage, tree, axis, Cache())
    assert isinstance(tree, Binary)
    for each in [*spine(tree), *reversed(spine(tree))]:
        alone = Engine().range(storage, to_string(each), 0, 60_000, 60_000).vector
        found = part(each)
        assert found.labels == alone.labels
        assert found.values[found.present].tolist() == alone.values[alone.present].tolist()


def test_the_series_of_many_metrics_are_united() -> None:
    storage = Storage()
    for index in range(LENGTH):
        storage.append(Labels({"__name__": f"m{index}", "id": str(index)}), [0], [float(index)])
    text = " or ".join(f"m{index}" for index in range(LENGTH))
    samples = Engine().instant(storage, f"{text} or m7", 0).vector.at()
    assert [each.value for each in samples] == list(range(LENGTH))


def test_whether_a_chain_may_see_or_fail_is_told() -> None:
    engine = Engine()
    many = "none" + " or none" * LENGTH
    assert not engine.can_see(storage_of(x=1), many)
    assert engine.can_see(storage_of(x=1), f"{many} or x")
    assert not engine.can_see(storage_of(x=1), f"{many} or x and none")
    assert not engine.can_fail(storage_of(x=1), "none" + " + 1" * LENGTH)
    assert engine.can_fail(storage_of(x=1), many + ' or {job="a"} + 1 unless none')
