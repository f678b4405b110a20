"""Which keys of an issuer are tried for a token: all, unless a key and the token both have a `kid`."""

from __future__ import annotations

import base64
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, Key, OctKey, OKPKey, RSAKey

from ledgerscope.customers.access.issuers import Issuer
from ledgerscope.customers.access.principal import Principal
from ledgerscope.customers.access.tokens import Rejected, TokenReader

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
CLAIMS: dict[str, Any] = {
    "iss": "i",
    "aud": "ledgerscope",
    "sub": "user-17",
    "exp": int((NOW + timedelta(minutes=5)).timestamp()),
    "organization_id": "acme",
    "roles": [],
}
FIRST, SECOND, THIRD = (RSAKey.generate_key(2048, private=True) for _ in range(3))


def pem(key: RSAKey | ECKey | OKPKey) -> str:
    return key.as_pem(private=False).decode()


def jwk(key: Key, **fields: str) -> dict[str, Any]:
    whole = key.as_dict(private=isinstance(key, OctKey))
    whole.pop("kid", None)
    return {**whole, **fields}


def reader(*keys: str | dict[str, Any], algorithm: str = "RS256") -> TokenReader:
    return TokenReader([Issuer.create("i", audience="ledgerscope", algorithm=algorithm, keys=keys)])


def token(key: Key, algorithm: str = "RS256", **header: Any) -> str:
    return jwt.encode({"alg": algorithm, **header}, CLAIMS, key, algorithms=[algorithm])


TWO_PEMS = (pem(FIRST), pem(SECOND))
TWO_JWKS = (jwk(FIRST), jwk(SECOND))
NAMED = (jwk(FIRST, kid="a"), jwk(SECOND, kid="b"))
ONE_NAMED = (jwk(FIRST, kid="a"), jwk(SECOND))


@pytest.mark.parametrize(
    ("keys", "signed", "header"),
    [
        (TWO_PEMS, FIRST, {}),
        (TWO_PEMS, SECOND, {}),
        (TWO_PEMS, SECOND, {"kid": "anything"}),
        (TWO_JWKS, FIRST, {}),
        (TWO_JWKS, SECOND, {"kid": "anything"}),
        (TWO_PEMS[:1], FIRST, {"kid": "anything"}),
        (TWO_JWKS[:1], FIRST, {"kid": "anything"}),
        (NAMED, SECOND, {}),
        (NAMED, SECOND, {"kid": "b"}),
        (NAMED[:1], FIRST, {}),
        (ONE_NAMED, SECOND, {"kid": "z"}),
        (ONE_NAMED, SECOND, {"kid": "a"}),
        ((jwk(FIRST, kid="a"), jwk(SECOND, kid="a")), SECOND, {"kid": "a"}),
        ((jwk(FIRST, use="enc"), jwk(SECOND)), SECOND, {}),
        ((jwk(FIRST, alg="RS512"), jwk(SECOND)), SECOND, {}),
    ],
)
def test_a_token_of_any_key_that_may_be_meant_is_accepted(
    keys: tuple[Any, ...], signed: Key, header: dict[str, Any]
) -> None:
    assert isinstance(reader(*keys).principal(token(signed, **header), NOW), Principal)


@pytest.mark.parametrize(
    ("keys", "signed", "header", "cause"),
    [
        (TWO_PEMS, THIRD, {}, "no key of the issuer verifies its signature"),
        (NAMED, FIRST, {"kid": "b"}, "no key of the issuer verifies its signature"),
        (NAMED, FIRST, {"kid": "z"}, "no key of the issuer has its kid"),
        (NAMED[:1], FIRST, {"kid": "z"}, "no key of the issuer has its kid"),
        ((jwk(FIRST, use="enc"),), FIRST, {}, "no key of the issuer verifies its signature"),
        ((jwk(FIRST, alg="RS512"),), FIRST, {}, "no key of the issuer verifies its signature"),
    ],
)
def test_a_token_of_another_key_is_refused_with_the_cause(
    keys: tuple[Any, ...], signed: Key, header: dict[str, Any], cause: str
) -> None:
    rejected = reader(*keys).principal(token(signed, **header), NOW)
    assert isinstance(rejected, Rejected)
    assert (rejected.reason, rejected.cause, rejected.issuer) == ("the token is not valid", cause, "i")


@pytest.mark.parametrize(
    ("algorithm", "make"),
    [
        ("ES256", lambda: ECKey.generate_key("P-256")),
        ("Ed25519", lambda: OKPKey.generate_key("Ed25519")),
    ],
)
def test_keys_of_every_family_are_exchanged_without_a_kid(algorithm: str, make: Any) -> None:
    old, new = make(), make()
    both = reader(pem(old), pem(new), algorithm=algorithm)
    for key in (old, new):
        assert isinstance(both.principal(token(key, algorithm), NOW), Principal)


def test_secrets_are_exchanged_without_a_kid() -> None:
    old, new = OctKey.import_key(b"o" * 32), OctKey.import_key(b"n" * 32)
    both = reader(jwk(old), jwk(new), algorithm="HS256")
    for key in (old, new):
        assert isinstance(both.principal(token(key, "HS256"), NOW), Principal)


@pytest.mark.parametrize("kid", [None, "a", "z"])
def test_a_public_key_is_never_tried_as_a_secret(kid: str | None) -> None:
    def part(**fields: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(fields).encode()).decode().rstrip("=")

    signed = f"{part(alg='HS256', **({'kid': kid} if kid else {}))}.{part(**CLAIMS)}"
    for keys, text in ((TWO_PEMS, TWO_PEMS[1]), ((jwk(FIRST), pem(SECOND)), TWO_PEMS[1])):
        for secret in (text.encode(), text.strip().encode()):
            mac = base64.urlsafe_b64encode(hmac.digest(secret, signed.encode(), "sha256")).decode()
            rejected = reader(*keys).principal(f"{signed}.{mac.rstrip('=')}", NOW)
            assert isinstance(rejected, Rejected)
            assert rejected.cause == "it is not signed as the issuer signs (RS256)"


@pytest.mark.parametrize(
    ("changed", "cause"),
    [
        ({"exp": int(NOW.timestamp()) - 60}, "it has expired"),
        ({"exp": None}, "the claim exp is missing"),
        ({"nbf": int(NOW.timestamp()) + 60}, "the claim nbf is not what the issuer's tokens have"),
        ({"aud": "another"}, "the claim aud is not what the issuer's tokens have"),
        ({"organization_id": None}, "the claim organization_id is missing"),
        ({"organization_id": ["acme"]}, "the claim organization_id: 1 to 200 printable characters"),
        ({"sub": "x" * 201}, "the claim sub: 1 to 200 printable characters"),
        ({"sub": "anna@x.example"}, "the claim sub: an identifier, no e-mail address"),
        ({"roles": [7]}, "the claim roles is no list of names"),
        ({"iss": "https://nowhere.example/secret"}, "its issuer (iss) is not set up"),
    ],
)
def test_the_cause_names_the_claim_and_repeats_no_value(changed: dict[str, Any], cause: str) -> None:
    claims = {name: value for name, value in {**CLAIMS, **changed}.items() if value is not None}
    made = jwt.encode({"alg": "RS256"}, claims, FIRST)
    rejected = reader(pem(FIRST)).principal(made, NOW)
    assert isinstance(rejected, Rejected)
    assert rejected.cause == cause
    assert rejected.issuer == (None if "iss" in changed else "i")


@pytest.mark.parametrize("text", ["", "abc", "a.b", "a.b.c", "x" * 9000, "a.W10.c"])
def test_what_is_no_token_is_said_to_be_none(text: str) -> None:
    rejected = reader(pem(FIRST)).principal(text, NOW)
    assert isinstance(rejected, Rejected)
    assert rejected.cause == (
        "it is longer than 8192 bytes" if len(text) > 8192 else "it has not the form of a signed token"
    )
