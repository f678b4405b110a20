"""Scalars as Prometheus's YAML reader takes them, and places."""

from __future__ import annotations

import math

import pytest

from ledgerscope.promql.yaml.nodes import FileError, Reader, compose_all
from ledgerscope.promql.yaml.scalars import parse_yaml_number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1.0), ("-1.5", -1.5), ("1e3", 1000.0), ("1E-3", 0.001), (".5", 0.5), ("+7", 7.0),
        ("0x10", 16.0),
        ("017", 15.0), ("0o17", 15.0), ("0b11", 3.0), ("1_000", 1000.0), (".inf", math.inf),
        ("-.Inf", -math.inf),
        ("123456789012345678901234567890", 1.2345678901234568e29), ("9218880000", 9218880000.0),
    ],
)  # fmt: skip
def test_numbers(text: str, value: float) -> None:
    assert parse_yaml_number(text) == value


def test_not_a_number_is_a_number_too() -> None:
    assert math.isnan(parse_yaml_number(".nan") or 0.0)


@pytest.mark.parametrize("text", ["", "x", "1x", "Inf", "NaN", "1e", "--1", "0x", "1.2.3"])
def test_what_is_no_number(text: str) -> None:
    assert parse_yaml_number(text) is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: '1'", "f:1:4: a must be a number, not '1'; leave the quotes out"),
        ("a: NaN", "f:1:4: a must be a number, not 'NaN'; YAML writes it .nan"),
        ("a: -Inf", "f:1:4: a must be a number, not '-Inf'; YAML writes it .inf"),
        ("a: [1]", "f:1:4: a must be a number, not a list"),
    ],
)
def test_a_number_that_is_none_is_reported(text: str, message: str) -> None:
    reader = Reader("f")
    fields = reader.fields(compose_all(text, "f")[0], ("a",), "it")
    assert reader.number(fields["a"], "a") == 0.0
    with pytest.raises(FileError) as caught:
        reader.finish()
    assert str(caught.value) == message


@pytest.mark.parametrize(("text", "value"), [("a: yes", True), ("a: off", False), ("a: true", True)])
def test_truth(text: str, value: bool) -> None:
    reader = Reader("f")
    fields = reader.fields(compose_all(text, "f")[0], ("a",), "it")
    assert reader.truth(fields["a"], "a") is value
    assert reader.faults == []


def test_what_is_merged_gives_way_to_what_is_written() -> None:
    text = "x: &x {a: 1, b: 2}\ny: &y {b: 3, c: 4}\nz: {<<: [*x, *y], a: 5}\n"
    reader = Reader("f")
    fields = reader.fields(compose_all(text, "f")[0], ("x", "y", "z"), "it")
    assert reader.text_map(fields["z"], "z") == {"a": "5", "b": "2", "c": "4"}
    assert reader.faults == []


def test_a_null_counts_as_absent() -> None:
    reader = Reader("f")
    assert reader.fields(compose_all("a: ~\nb:\nc: null\n", "f")[0], ("a", "b", "c"), "it") == {}
