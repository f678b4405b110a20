from __future__ import annotations

import base64
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerscope.customers.credentials import CredentialKeys, InvalidKeys
from ledgerscope.customers.credentials.encryption import Place, fingerprint_of, seal, unseal
from ledgerscope.customers.zuora import Login

KEYS = CredentialKeys("a", {"a": b"a" * 32})
PLACE = Place("acme", "0" * 32, 1)
LOGIN = Login("https://rest.zuora.com", "client", "the-secret")


def test_a_login_comes_back_in_its_own_row() -> None:
    sealed = seal(KEYS, PLACE, LOGIN)
    assert unseal(KEYS, PLACE, sealed.ciphertext) == LOGIN
    assert sealed.key_id == "a"
    assert b"the-secret" not in sealed.ciphertext


@pytest.mark.parametrize(
    "other",
    [replace(PLACE, tenant_id="bolt"), replace(PLACE, customer_id="1" * 32), replace(PLACE, version=2)],
)
def test_a_ciphertext_that_was_moved_to_another_row_is_not_read_there(other: Place) -> None:
    assert unseal(KEYS, other, seal(KEYS, PLACE, LOGIN).ciphertext) is None


@given(st.data())
def test_a_ciphertext_of_which_a_bit_has_changed_is_not_read(data: st.DataObject) -> None:
    ciphertext = bytearray(base64.urlsafe_b64decode(seal(KEYS, PLACE, LOGIN).ciphertext))
    place = data.draw(st.integers(0, len(ciphertext) * 8 - 1))
    ciphertext[place // 8] ^= 1 << place % 8
    assert unseal(KEYS, PLACE, base64.urlsafe_b64encode(ciphertext)) is None


@given(st.binary(max_size=200))
def test_anything_else_is_not_read(ciphertext: bytes) -> None:
    assert unseal(KEYS, PLACE, ciphertext) is None


def test_every_key_reads_what_it_encrypted_wherever_it_stands() -> None:
    sealed = seal(KEYS, PLACE, LOGIN)
    both = CredentialKeys("b", {"b": b"b" * 32, **KEYS.secrets})
    assert unseal(both, PLACE, sealed.ciphertext) == LOGIN
    assert unseal(CredentialKeys("b", {"b": b"b" * 32}), PLACE, sealed.ciphertext) is None
    assert seal(both, PLACE, LOGIN).key_id == "b"


def test_fingerprints_distinguish_logins_and_keys() -> None:
    other = CredentialKeys("a", {"a": b"b" * 32})
    assert fingerprint_of(KEYS, LOGIN) == fingerprint_of(KEYS, replace(LOGIN))
    assert fingerprint_of(KEYS, LOGIN) != fingerprint_of(other, LOGIN)
    assert fingerprint_of(KEYS, LOGIN) != fingerprint_of(KEYS, replace(LOGIN, client_secret="other"))


def test_keys_are_read_from_text_and_shown_by_their_ids_only() -> None:
    encoded = base64.b64encode(b"k" * 32).decode()
    keys = CredentialKeys.parse(f"2026:{encoded}\n2025:{base64.b64encode(b'l' * 32).decode()}")
    assert (keys.current, [*keys.secrets]) == ("2026", ["2026", "2025"])
    assert encoded not in repr(keys)
    assert "kkkk" not in repr(keys)
    with pytest.raises(InvalidKeys, match="at least 32") as failed:
        CredentialKeys.parse("x:c2hvcnQ=")
    assert "c2hvcnQ" not in str(failed.value)
