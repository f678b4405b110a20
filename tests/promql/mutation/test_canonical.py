"""What is called the same is the same over data; what is known to be the same is recognised."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from ledgerscope.promql.engine.engine import Engine
from ledgerscope.promql.errors import PromQLError
from ledgerscope.promql.mutation.canonical import canonical, presence, same_for_all_data
from ledgerscope.promql.mutation.operators import OPERATORS
from ledgerscope.promql.mutation.spots import spots
from ledgerscope.promql.samples.labels import Labels
from ledgerscope.promql.samples.storage import Storage
from ledgerscope.promql.syntax.parser import parse
from ledgerscope.promql.syntax.printer import to_string
from tests.promql.mutation.expressions import expression_of
from tests.thoroughness import tries

if TYPE_CHECKING:
    from ledgerscope.promql.samples.values import Vector


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("absent(x) >= 1", "absent(x)"),
        ("absent(x) >= 1", "absent(x) > 0"),
        ("absent(x) > 1", "absent(x) == 2"),
        ("vector(1) > 0", "vector(1)"),
        ("count(x) > 5", "count(x) >= 6"),
        ("count(x) > 5.5", "count(x) >= 5.7"),
        ("count by (a) (x) >= 1", "count by (a) (x)"),
        ("count(x) < 1", "count(x) == 0"),
        ("group(x) == 1", "group(x)"),
        ("hour() < 24", "hour()"),
        ("day_of_week() == 7", "hour() == 24"),
        ("(x > bool 5) <= 1", "x > bool 5"),
        ("x > 1 / 4", "x > 0.25"),
        ("5 < x", "5 < (x)"),
        ("x or vector(1) == 2", "x"),
        ("x unless vector(1) == 2", "x"),
        ("x and vector(1) == 2", "absent(y) == 2"),
        ('x{a=~".*"}', "x"),
        ("max by (a) (sum by (a) (x))", "min by (a) (sum by (a) (x))"),
        ("max(sum(x))", "min(sum(x))"),
        ("sum by (a, b) (sum by (a) (x))", "sum by (a) (sum by (a) (x))"),
        ("sum by (a) (x) and on (a, b) sum by (a) (y)", "sum by (a) (x) and on (a) sum by (a) (y)"),
        ("changes(x[5m]) >= 0", "changes(x[5m])"),
        ("clamp_max(x, 10) <= 10", "clamp_max(x, 10) <= 11"),
        ("clamp_max(x, 10) >= 10", "clamp_max(x, 10) == 10"),
        ("clamp_max(x, 10) > 10", "clamp_max(x, 10) == 11"),
        ("clamp_max(x, 10) > bool 10", "clamp_max(x, 10) > bool 11"),
        ("clamp_min(x, 5) >= 5", "clamp_min(x, 5) > 4"),
        ("clamp_min(x, 5) <= 5", "5 == clamp_min(x, 5)"),
        ("clamp(x, 1, 5) != 6", "clamp(x, 1, 5)"),
        ("clamp(x, 1, 5) < 6", "clamp(x, 1, 5) >= 0"),
        ("clamp(x, 1 + 1, 2) == 2", "clamp(x, 2, 2) <= 2"),
        ("clamp_max(count(x), 3) > 2", "clamp_max(count(x), 3) == 3"),
        ("clamp_max(count(x), 3) < 4", "clamp_max(count(x), 3)"),
        ("max(clamp_max(x, 10)) <= 10", "max(clamp_max(x, 10)) < 11"),
        ("clamp_max(x, 10) <= 10 or y", "clamp_max(x, 10) <= 12 or y"),
    ],
)
def test_what_is_provably_the_same(left: str, right: str) -> None:
    assert same_for_all_data(parse(left), parse(right))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("x > 5", "x >= 5"),
        ("x >= 0", "x"),  # below zero, and NaN
        ("abs(x) >= 0", "abs(x)"),  # NaN
        ("count(x) > 5", "count(x) >= 5"),
        ("sum(x) >= 1", "sum(x) > 0"),
        ("max by (a) (x)", "min by (a) (x)"),
        ("max by (a) (sum by (a, b) (x))", "min by (a) (sum by (a, b) (x))"),
        ("sum by (a) (sum by (a) (x))", "max by (a) (sum by (a) (x))"),  # native histograms
        ("absent(x > 5)", "absent(x)"),
        ('absent(x{a=~".*"})', 'absent(x{a="b"})'),
        ('x{a=~".+"}', "x"),
        ("x and on (a, b) y", "x and on (a) y"),
        ("x or y", "y or x"),
        ("rate(x[5m]) >= 0", "rate(x[5m])"),
        ("x > bool 5", "x > 5"),
        ("-x", "x"),
        ("hour(x) < 24", "hour(x)"),
        ("clamp_max(x, 10) <= 10", "clamp_max(x, 10)"),  # NaN
        ("clamp_min(x, 5) > 5", "clamp_min(x, 5) != 5"),  # NaN
        ("clamp_max(x, 10) <= 10", "clamp_max(x, 10) <= 9"),
        ("clamp_max(x, scalar(y)) <= 10", "clamp_max(x, scalar(y)) <= 11"),
        ("clamp(x, 5, 1) <= 5", "clamp(x, 5, 1) <= 6"),
    ],
)
def test_what_is_not(left: str, right: str) -> None:
    assert not same_for_all_data(parse(left), parse(right))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("max by (a) (x > 5)", "min by (a) (x > 5)"),
        ("count by (a) (x == 0)", "group by (a) (x == 0)"),
        ("(x > 5) * 100", "x > 5"),
        ("-(x > 5) / 2", "(x > 5)"),
    ],
)
def test_what_is_there_for_the_same_labels(left: str, right: str) -> None:
    assert presence(parse(left)) == presence(parse(right))
    assert not same_for_all_data(parse(left), parse(right))
    assert same_for_all_data(parse(f"y and ({left})"), parse(f"y and ({right})"))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("max(x)", "count(x)"),
        ("x + 1", "x"),
        ("x * 0", "x"),
        ("max(x) > 5", "min(x) > 5"),
        ("x * y", "x"),
        ('{a="1"} * 2', '{a="1"}'),
    ],
)
def test_what_is_there_for_other_labels(left: str, right: str) -> None:
    assert presence(parse(left)) != presence(parse(right))


def test_the_form_of_a_long_chain_is_compared_with_that_of_its_mutant() -> None:
    tree = parse(" or ".join(f"m{index} > {index}" for index in range(1500)))
    for spot in (list(spots(tree))[index] for index in (1, 2, -1)):
        for edit in (each for operator in OPERATORS for each in operator.edits(spot.node, to_string(tree))):
            mutated = parse(to_string(spot.put(edit.node)))
            assert canonical(mutated) != canonical(tree)
            assert presence(mutated) != presence(tree)


def storage_of(random_numbers: random.Random) -> Storage:
    """Some series of two metrics, with gaps, special values and changing labels."""
    storage = Storage()
    for name in ("x", "y"):
        for a in ("", "1", "2"):
            for b in ("", "1"):
                steps = [step for step in range(12) if random_numbers.random() < 0.7]
                values = random_numbers.choices(
                    [0.0, 1.0, -1.0, 5.0, 6.0, 0.25, float("nan"), float("inf")], k=len(steps)
                )
                if random_numbers.random() < 0.7:
                    labels = Labels({"__name__": name, "a": a, "b": b})
                    storage.append(labels, [step * 60_000 for step in steps], values)
    return storage


def outcome(engine: Engine, storage: Storage, text: str) -> object:
    try:
        vector: Vector = engine.range(storage, text, 0, 720_000, 60_000).vector
    except PromQLError:
        return "fails"
    return {
        labels: [repr(value) if there else "" for value, there in zip(values, present, strict=True)]
        for labels, values, present in zip(
            vector.labels, vector.values.tolist(), vector.present.tolist(), strict=True
        )
        if any(present)
    }


def shape(engine: Engine, storage: Storage, text: str) -> object:
    """Where there are samples, by their labels without the name of the metric, as of an alert."""
    found = outcome(engine, storage, text)
    if not isinstance(found, dict):
        return found
    return {labels.replace("__name__", ""): [bool(each) for each in row] for labels, row in found.items()}


def test_mutants_that_are_called_the_same_are_the_same_over_random_data() -> None:
    numbers, engine, compared = random.Random(20), Engine(), 0
    for _ in range(tries(120, thorough=400)):
        tree = parse(text := expression_of(numbers))
        for spot in list(spots(tree)):
            for operator in OPERATORS:
                for edit in operator.edits(spot.node, text):
                    mutated = to_string(spot.put(edit.node))
                    try:
                        same = canonical(parse(mutated)) == canonical(tree)
                        there = presence(parse(mutated)) == presence(tree)
                    except PromQLError:
                        continue
                    if there and not same:
                        storage = storage_of(numbers)
                        assert shape(engine, storage, mutated) == shape(engine, storage, text), (
                            text,
                            mutated,
                        )
                    if same:
                        compared += 1
                        storage = storage_of(numbers)
                        assert outcome(engine, storage, mutated) == outcome(engine, storage, text), (
                            text,
                            mutated,
                        )
    assert compared > 100
