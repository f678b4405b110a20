"""Masking: what was personal or secret never appears again, however deep it lies, whatever is around it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledgerscope.logs import MASKED, mask, mask_text
from tests.thoroughness import tries

TRIES = tries(60, thorough=500)
PLAIN = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=8)
AROUND = st.text(st.characters(codec="utf-8", exclude_characters='@"\\'), max_size=12)
PRIVATE_KEYS = st.sampled_from([
    "name", "customer_name", "firstName", "email", "phone", "Street", "body", "text", "comment", "password",
    "client_secret", "api_key", "Authorization", "access_token", "X-Api-Key", "DSN", "set-cookie",
])  # fmt: skip
PLAIN_KEYS = st.sampled_from(["customer_id", "why", "details", "of", "rows", "fault"])
VALUES = st.text(st.characters(codec="utf-8", exclude_categories=["Z"]), min_size=9, max_size=20).map(
    lambda text: f"Q{text}Q"
)
EMAILS = st.emails().filter(lambda each: not set(each) & set("'\"\\"))
PHONES = st.builds(
    lambda head, mid, tail, sep: f"+{head}{sep}{mid}{sep}{tail}",
    st.integers(1, 99), st.integers(100, 999), st.integers(10000, 9999999),
    st.sampled_from([" ", "-", ".", "", "/", "\u2011"]),
)  # fmt: skip


def nested(leaf: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """The leaf somewhere in a structure of dictionaries and lists."""
    others = st.one_of(st.none(), st.booleans(), st.integers(), PLAIN)
    return st.recursive(
        leaf,
        lambda inner: st.one_of(
            st.builds(lambda a, x, b: [a, x, b], others, inner, others),
            st.builds(lambda a, x: (a, x), others, inner),
            st.builds(lambda key, x, other: {key: x, "also": other}, PLAIN_KEYS, inner, others),
        ),
        max_leaves=6,
    )


def shown(value: object) -> str:
    return json.dumps(mask(value), ensure_ascii=False)


@settings(max_examples=TRIES)
@given(st.data(), PRIVATE_KEYS, VALUES)
def test_what_stands_under_a_private_key_never_appears(data: st.DataObject, key: str, value: str) -> None:
    structure = data.draw(nested(st.just({key: value})))
    assert value not in shown(structure)
    assert json.dumps(value, ensure_ascii=False)[1:-1] not in shown(structure)


@settings(max_examples=TRIES)
@given(st.data(), PRIVATE_KEYS, VALUES)
def test_nor_does_it_in_the_text_of_an_error_that_shows_it(data: st.DataObject, key: str, value: str) -> None:
    structure = data.draw(
        nested(st.just(ValueError(f"odd: {{{key!r}: {value!r}}} and NewCustomer({key}={value!r})")))
    )
    assert value not in shown(structure)
    assert repr(value)[1:-1] not in shown(structure)


@settings(max_examples=TRIES)
@given(st.data(), EMAILS, AROUND, AROUND)
def test_an_address_never_appears(data: st.DataObject, email: str, before: str, after: str) -> None:
    structure = data.draw(nested(st.just(f"{before}{email}{after}")))
    assert email not in shown(structure)


@settings(max_examples=TRIES)
@given(st.data(), PHONES, AROUND.filter(lambda text: not text[-1:].isalnum() and text[-1:] not in "_.:/-"))
def test_a_telephone_number_never_appears(data: st.DataObject, phone: str, before: str) -> None:
    structure = data.draw(nested(st.just(f"{before} {phone} was called")))
    assert phone not in shown(structure)


@settings(max_examples=TRIES)
@given(st.data(), VALUES)
def test_masking_what_is_masked_changes_nothing(data: st.DataObject, value: str) -> None:
    structure = data.draw(nested(st.just({"password": value, "why": f"to a@b.example, name={value!r}"})))
    once = mask(structure)
    assert mask(once) == once


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("postgresql://app:pass@db:5432/x is away", f"postgresql://{MASKED}@db:5432/x is away"),
        ("postgresql://app:p@ss/w@db/x", f"postgresql://{MASKED}@db/x"),
        ("GET /t?access_token=abc123&x=1", f"GET /t?access_token={MASKED}&x=1"),
        ("Authorization: Bearer abcdef.123", f"Authorization: {MASKED}"),
        ("sent Bearer abcdefgh1234 there", f"sent {MASKED} there"),
        ("token eyJhbGciOi.eyJzdWIiOiIx.c2ln ended", f"token {MASKED} ended"),
        ('{"client_secret": "a b", "id": 7}', f'{{"client_secret": {MASKED}, "id": 7}}'),
        ("host=db password=a-b user=x", f"host=db password={MASKED} user=x"),
        (
            "DETAIL:  Key (tenant_id, email)=(acme, (odd) x) already exists.",
            f"DETAIL:  Key (tenant_id, email)=({MASKED}) already exists.",
        ),
        (
            "DETAIL:  Failing row contains (acme, Ann (Mrs)\nSmith, 7).\nCONTEXT: none",
            f"DETAIL:  Failing row contains ({MASKED}).\nCONTEXT: none",
        ),
        (
            'invalid input syntax for type uuid: "Ann "the" Smith"',
            f"invalid input syntax for type uuid: {MASKED}",
        ),
        ("[SQL: select 1]\n[parameters: {'n': 'Ann'}]", f"[SQL: select 1]\n[parameters: {MASKED}]"),
        ("call 0664 123 45 67 or (01) 555-1234", f"call {MASKED} or {MASKED}"),
    ],
)  # fmt: skip
def test_secrets_and_addresses_in_texts_are_masked(text: str, becomes: str) -> None:
    assert mask_text(text) == becomes
    assert mask_text(becomes) == becomes


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-10T12:00:00.123Z", "2026-03-10 12:00:00", "3f0c1a52b6d84f0e9c1a0123456789ab", "C-000001",
        "0b8f4a1e-1234-4123-8123-012345678901", "127.0.0.1:9108 answered", "row 1048576 of 4000000",
        "ledgerscope 0.1.0", "name: 1 to 200 printable characters", "INV-2026-000123", "5.4e-07 s",
    ],
)  # fmt: skip
def test_identifiers_instants_and_messages_stay(text: str) -> None:
    assert mask_text(text) == text


def test_identifiers_of_an_operation_stay_though_they_are_digits() -> None:
    assert mask({"customer_id": "call +43 664 123456"}) == {"customer_id": f"call {MASKED}"}
    assert mask({"customer_id": "+43664123456"}) == {"customer_id": MASKED}
    line = {"customer_number": "2026 000 123", "company_id": "0043664123456", "duration_ms": 123456789012}
    assert mask(line) == line


def test_what_is_deeper_than_anybody_reads_is_masked_whole() -> None:
    deep: Any = "plain"
    for _ in range(40):
        deep = [deep]
    assert "plain" not in shown(deep)


def test_objects_are_shown_by_their_fields_and_never_fail() -> None:
    @dataclass
    class Person:
        name: str
        seq: int

    class Odd:
        def __repr__(self) -> str:
            raise RuntimeError

    assert mask([Person("Ann", 7), Odd(), b"x"]) == [{"name": MASKED, "seq": 7}, "<Odd>", "b'x'"]
