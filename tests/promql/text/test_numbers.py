from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerscope.promql.text.numbers import NumberError, format_float, format_general, parse_number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0.0),
        ("1_000", 1000.0),
        ("0x1F", 31.0),
        ("017", 15.0),  # a leading zero means octal
        ("08", 8.0),  # unless it cannot
        ("1.5e3", 1500.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("9223372036854775808", 9223372036854775808.0),
        ("1e-400", 0.0),
        ("Inf", math.inf),
        ("inf", math.inf),
        ("-inf", -math.inf),
    ],
)
def test_a_literal_has_the_value_go_reads(text: str, value: float) -> None:
    assert parse_number(text) == value


def test_nan_is_nan_in_any_case() -> None:
    assert math.isnan(parse_number("nAn"))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1e309", 'strconv.ParseFloat: parsing "1e309": value out of range'),
        ("1__0", 'strconv.ParseFloat: parsing "1__0": invalid syntax'),
        ("0x", 'strconv.ParseFloat: parsing "0x": invalid syntax'),
    ],
)
def test_a_bad_literal_is_refused_in_the_words_of_strconv(text: str, reason: str) -> None:
    with pytest.raises(NumberError) as caught:
        parse_number(text)
    assert str(caught.value) == reason


@pytest.mark.parametrize(
    ("value", "plain", "general"),
    [
        (0.0, "0", "0"),
        (-0.0, "-0", "-0"),
        (1.0, "1", "1"),
        (0.1, "0.1", "0.1"),
        (123456.0, "123456", "123456"),
        (999999.9, "999999.9", "999999.9"),
        (1e6, "1000000", "1e+06"),
        (1234567.0, "1234567", "1.234567e+06"),
        (1e21, "1000000000000000000000", "1e+21"),
        (0.0001, "0.0001", "0.0001"),
        (0.00001, "0.00001", "1e-05"),
        (-1.5e-7, "-0.00000015", "-1.5e-07"),
        (1.7976931348623157e308, "17976931348623157" + "0" * 292, "1.7976931348623157e+308"),
        (math.inf, "+Inf", "+Inf"),
        (-math.inf, "-Inf", "-Inf"),
        (math.nan, "NaN", "NaN"),
    ],
)
def test_floats_print_as_go_prints_them(value: float, plain: str, general: str) -> None:
    assert (format_float(value), format_general(value)) == (plain, general)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_both_forms_read_back_to_the_same_float(value: float) -> None:
    assert float(format_float(value)) == float(format_general(value)) == value
