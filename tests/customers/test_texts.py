"""Texts that can be stored, and why others cannot."""

from __future__ import annotations

import pytest

from ledgerscope.customers.texts import EMAIL, PERSON, PHONE, TextRule, fault_of_text, fault_of_texts

BODY = TextRule(30, lines=True)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("Müller & Söhne", PERSON),
        ("شرکت نمونه‌ای", PERSON),  # with a zero-width non-joiner, as Persian is written
        ("O\xa0Brien", PERSON),
        ("two\r\nlines\tand a tab 👩‍💻", BODY),
        (None, PHONE),
        ("a@b.example", EMAIL),
        ("x" * 30, BODY),
    ],
)
def test_a_text_of_any_script_can_be_stored(text: str | None, rule: TextRule) -> None:
    assert fault_of_text(text, rule) is None


@pytest.mark.parametrize(
    ("text", "rule", "reason"),
    [
        (None, PERSON, "is required"),
        (" ", PERSON, "is empty"),
        ("\n", BODY, "is empty; leave it out instead"),
        ("x" * 31, BODY, "has 31 characters; at most 30"),
        ("a\x00b", BODY, "holds a control character (U+0000)"),
        ("a\x1bb", BODY, "holds a control character (U+001B)"),
        ("\ud800", BODY, "holds a lone surrogate (U+D800), which is no character"),
        ("a\tb", PERSON, "holds a control character (U+0009)"),
        ("a\u2028b", PERSON, "holds a line separator (U+2028)"),
        ("a\u2029b", BODY, "holds a paragraph separator (U+2029)"),
        ("a b@c.example", EMAIL, "'a b@c.example' is not an address such as accounts@example.com"),
    ],
)
def test_what_cannot_be_stored_is_said(text: str | None, rule: TextRule, reason: str) -> None:
    assert fault_of_text(text, rule) == reason


def test_the_first_faulty_field_is_named_and_absent_ones_are_not_looked_at() -> None:
    rules = {"name": PERSON, "email": EMAIL}
    assert fault_of_texts({"email": "nobody", "name": None}, rules) == ("name", "is required")
    assert fault_of_texts({"email": None}, rules) is None


@pytest.mark.parametrize(
    "text",
    ["\u200b", "\u2060\u200d", "\u3164", "\u2800 \u2800", "\u00ad", "\u0301", "\U000e0041", "\u202e\u00a0"],
)
def test_a_name_that_shows_nothing_is_none(text: str) -> None:
    assert fault_of_text(text, PERSON) in {"holds no character that can be seen", "is empty"}


@pytest.mark.parametrize("text", ["م\u200c", "e\u0301", "👩\u200d👧", "ᅠ한", "山田"])
def test_a_name_of_any_script_is_one(text: str) -> None:
    assert fault_of_text(text, PERSON) is None


@pytest.mark.parametrize("value", [5, True, ["x"], b"x", object()])
def test_what_is_no_text_is_a_fault(value: object) -> None:
    assert fault_of_text(value, PERSON) == f"is a text, not {type(value).__name__}"
