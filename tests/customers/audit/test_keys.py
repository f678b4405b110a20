"""Keys of the audit log: read from a text, and never shown."""

from __future__ import annotations

import base64

import pytest

from ledgerscope.customers.audit import AuditKeys, InvalidKeys

GOOD = base64.b64encode(b"k" * 32).decode()
SHORT = base64.b64encode(b"k" * 31).decode()


def test_the_first_key_is_the_one_in_use() -> None:
    keys = AuditKeys.parse(f" new:{GOOD},old:{GOOD}\n")
    assert (keys.current, sorted(keys.secrets)) == ("new", ["new", "old"])


def test_a_key_is_in_no_text_of_it() -> None:
    keys = AuditKeys.parse(f"new:{GOOD}")
    assert "kkkk" not in f"{keys} {keys!r}"
    assert GOOD not in f"{keys} {keys!r}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "key 1: expected id:base64"),
        (GOOD, "key 1: expected id:base64"),
        (f"a b:{GOOD}", "key 1: expected id:base64"),
        (f"a:{GOOD},a:{GOOD}", "key 2: a second key with the id a"),
        ("a:###", "key a: is not base64"),
        (f"a:{SHORT}", "key a: has 31 bytes; at least 32, as from: openssl rand -base64 32"),
    ],
)
def test_what_is_no_key_is_refused_without_repeating_it(text: str, message: str) -> None:
    with pytest.raises(InvalidKeys) as raised:
        AuditKeys.parse(text)
    assert message in str(raised.value)
    assert GOOD not in str(raised.value)
