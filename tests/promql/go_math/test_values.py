"""Every function, digit for digit: a table of what promtool gives for arguments of every range."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ledgerscope.promql.go_math.numbers import log2
from tests.promql.go_math.functions import ONE_ARGUMENT, TWO_ARGUMENTS

ROWS = [
    (name, *map(float, numbers))
    for name, *numbers in (
        line.split() for line in Path(__file__).with_name("values.txt").read_text("utf-8").splitlines()
        if not line.startswith("#")
    )
]  # fmt: skip


def rows_of(name: str) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.array([numbers for named, *numbers in ROWS if named == name]).T


def assert_identical(found: object, expected: object) -> None:
    """Equal to the last bit and the sign of zero."""
    assert list(map(repr, np.asarray(found).tolist())) == list(map(repr, np.asarray(expected).tolist()))


@pytest.mark.parametrize("name", ONE_ARGUMENT)
def test_functions_of_one_number_have_the_digits_of_go(name: str) -> None:
    arguments, results = rows_of(name)
    with np.errstate(all="ignore"):
        assert_identical(ONE_ARGUMENT[name](arguments), results)


@pytest.mark.parametrize("name", TWO_ARGUMENTS)
def test_functions_of_two_numbers_have_the_digits_of_go(name: str) -> None:
    first, second, results = rows_of(name)
    with np.errstate(all="ignore"):
        assert_identical(TWO_ARGUMENTS[name](first, second), results)


def test_a_matrix_gives_what_its_numbers_give_one_by_one() -> None:
    arguments = rows_of("sin")[0][:48].reshape(6, 8)
    with np.errstate(all="ignore"):
        for function in ONE_ARGUMENT.values():
            each = [[float(function(np.array([number]))[0]) for number in row] for row in arguments]
            assert_identical(function(arguments), each)


def test_a_large_matrix_gives_what_its_rows_give() -> None:
    arguments = np.linspace(-30, 30, 12_000).reshape(3, 4000)
    with np.errstate(all="ignore"):
        for function in ONE_ARGUMENT.values():
            assert_identical(function(arguments), [function(row) for row in arguments])


def test_single_numbers_have_the_same_binary_logarithm() -> None:
    arguments, results = rows_of("log2")
    assert_identical([log2(float(number)) for number in arguments], results)
