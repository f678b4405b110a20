"""Tokens: whose are accepted, and what no token gets through."""

from __future__ import annotations

import base64
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

from ledgerscope.customers import Fault, Refused
from ledgerscope.customers.access.issuers import InvalidIssuer, Issuer
from ledgerscope.customers.access.permissions import Permission
from ledgerscope.customers.access.principal import Principal
from ledgerscope.customers.access.tokens import TokenReader

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
RSA = RSAKey.generate_key(2048, {"kid": "a"}, private=True)
OTHER_RSA = RSAKey.generate_key(2048, {"kid": "a"}, private=True)
SMALL_RSA = (
    rsa.generate_private_key(65537, 1024)  # noqa: S505 - it has to be refused
    .public_key()
    .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    .decode()
)
SECRET = OctKey.import_key(b"s" * 32)
PEM = RSA.as_pem(private=False).decode()
READER = TokenReader(
    (
        Issuer.create("https://id.example", audience="ledgerscope", algorithm="RS256", keys=[PEM]),
        Issuer.create("batch", audience="ledgerscope", algorithm="HS256", keys=[SECRET.as_dict()]),
    )
)
CLAIMS = {
    "iss": "https://id.example",
    "aud": "ledgerscope",
    "sub": "user-17",
    "exp": int((NOW + timedelta(minutes=5)).timestamp()),
    "organization_id": "acme",
    "roles": ["viewer", "clerk"],
}


def token(
    key: Any = RSA, algorithm: str = "RS256", header: dict[str, Any] | None = None, **claims: Any
) -> str:
    given = {name: value for name, value in {**CLAIMS, **claims}.items() if value is not None}
    return jwt.encode({"alg": algorithm, **(header or {})}, given, key, algorithms=[algorithm])


def test_a_token_says_who_asks() -> None:
    assert READER.principal(token(), NOW) == Principal("user-17", "acme", frozenset({"viewer", "clerk"}))
    batch = token(SECRET, "HS256", iss="batch", roles="administrator")
    assert READER.principal(batch, NOW) == Principal("user-17", "acme", frozenset({"administrator"}))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"exp": int((NOW - timedelta(seconds=31)).timestamp())}, "has expired"),
        ({"exp": None}, "not valid"),
        ({"exp": "tomorrow"}, "not valid"),
        ({"nbf": int((NOW + timedelta(minutes=1)).timestamp())}, "not valid"),
        ({"iss": "https://else.example"}, "not valid"),
        ({"iss": None}, "not valid"),
        ({"aud": "another"}, "not valid"),
        ({"aud": None}, "not valid"),
        ({"sub": None}, "not valid"),
        ({"sub": ""}, "not valid"),
        ({"sub": 7}, "not valid"),
        ({"sub": "ann@northwind.example"}, "not valid"),
        ({"organization_id": None}, "not valid"),
        ({"organization_id": ["acme"]}, "not valid"),
        ({"organization_id": ""}, "not valid"),
        ({"organization_id": "a\x00"}, "not valid"),
        ({"sub": "x" * 201}, "not valid"),
        ({"roles": {"viewer": 1}}, "not valid"),
        ({"roles": [1]}, "not valid"),
    ],
)
def test_a_token_with_wrong_claims_is_refused(changed: dict[str, Any], words: str) -> None:
    refused = READER.principal(token(**changed), NOW)
    assert isinstance(refused, Refused)
    assert refused.fault is Fault.UNAUTHENTICATED
    assert words in refused.reason


def test_a_clock_may_be_half_a_minute_behind() -> None:
    assert isinstance(READER.principal(token(exp=int(NOW.timestamp()) - 20), NOW), Principal)


def forged() -> dict[str, str]:
    """Tokens that a forger could make who knows every public key."""
    payload = base64.urlsafe_b64encode(json.dumps(CLAIMS).encode()).decode().rstrip("=")

    def header(**fields: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(fields).encode()).decode().rstrip("=")

    signed = f"{header(alg='HS256')}.{payload}"
    mac = base64.urlsafe_b64encode(hmac.digest(PEM.encode(), signed.encode(), "sha256"))
    own_jwk = OTHER_RSA.as_dict(private=False)
    return {
        "no algorithm": f"{header(alg='none')}.{payload}.",
        "no signature": f"{header(alg='RS256')}.{payload}.",
        "the public key as a secret": f"{signed}.{mac.decode().rstrip('=')}",
        "the secret of another issuer": token(SECRET, "HS256"),
        "a key of its own": token(OTHER_RSA),
        "a key of its own in the header": token(OTHER_RSA, header={"jwk": own_jwk}),
        "another key's name": token(OTHER_RSA, header={"kid": "a"}),
        "a stronger algorithm": token(RSA, "RS512"),
        "an RSA token for the issuer with a secret": token(OTHER_RSA, iss="batch"),
        "two parts": f"{header(alg='RS256')}.{payload}",
        "too long": token(roles=["x" * 9000]),
        "deeply nested": f"{header(alg='RS256')}.{base64.urlsafe_b64encode(b'[' * 6000).decode()}.x",
    }


FORGED = forged()


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_token_is_refused(name: str) -> None:
    assert isinstance(READER.principal(FORGED[name], NOW), Refused)


@given(text=st.text() | st.from_regex(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*", fullmatch=True))
def test_no_text_breaks_the_reader(text: str) -> None:
    assert isinstance(READER.principal(text, NOW), Refused)


def test_a_token_signed_with_a_part_changed_is_refused() -> None:
    head, payload, signature = token().split(".")
    other = base64.urlsafe_b64encode(json.dumps({**CLAIMS, "organization_id": "bolt"}).encode()).decode()
    assert isinstance(READER.principal(f"{head}.{other.rstrip('=')}.{signature}", NOW), Refused)
    assert isinstance(READER.principal(f"{head}.{payload}.{signature[:-4]}AAAA", NOW), Refused)


@pytest.mark.parametrize(
    ("algorithm", "keys", "message"),
    [
        ("RS256", [], "has no keys"),
        ("none", [PEM], "no algorithm 'none'"),
        ("HS256", [PEM], "HS256 needs a key of type oct, this is RSA"),
        ("RS256", [SECRET.as_dict()], "RS256 needs a key of type RSA, this is oct"),
        ("RS256", [ECKey.generate_key("P-256").as_dict(private=False)], "this is EC"),
        ("RS256", ["not a key"], "key 1: is neither a JWK nor a PEM text"),
        ("HS256", [{"kty": "oct", "k": "c2hvcnQ"}], "a secret has at least 32 bytes"),
        ("RS256", [RSA.as_dict(private=True)], "is a private key; only its public half belongs here"),
        ("RS256", [SMALL_RSA], "an RSA key has at least 2048 bits"),
    ],
)
def test_an_issuer_has_keys_of_one_family(algorithm: str, keys: list[Any], message: str) -> None:
    with pytest.raises(InvalidIssuer, match=message):
        Issuer.create("i", audience="a", algorithm=algorithm, keys=keys)


@pytest.mark.parametrize(("name", "audience"), [("", "a"), ("i", " ")])
def test_an_issuer_says_who_it_is_and_whom_it_serves(name: str, audience: str) -> None:
    with pytest.raises(InvalidIssuer, match=r"name \(iss\) and an audience"):
        Issuer.create(name, audience=audience, algorithm="RS256", keys=[PEM])


def test_keys_are_in_no_text_of_an_issuer() -> None:
    issuer = Issuer.create("batch", audience="a", algorithm="HS256", keys=[SECRET.as_dict()])
    assert str(SECRET.as_dict()["k"]) not in repr(issuer)


def test_roles_allow_what_their_row_says_and_unknown_ones_nothing() -> None:
    assert Principal("u", "acme", frozenset({"viewer", "king"})).permissions == {
        Permission.CUSTOMERS_LIST,
        Permission.CUSTOMERS_VIEW,
    }
    assert Principal("u", "acme", frozenset()).permissions == frozenset()


def test_only_a_platform_administrator_may_name_another_company() -> None:
    local = Principal("u", "acme", frozenset({"administrator"}))
    assert local.acting_for(None) is local
    assert local.acting_for("acme") is local
    refused = local.acting_for("bolt")
    assert isinstance(refused, Refused)
    assert refused.fault is Fault.FORBIDDEN
    everywhere = Principal("u", "acme", frozenset({"platform-administrator"})).acting_for("bolt")
    assert isinstance(everywhere, Principal)
    assert everywhere.tenant_id == "bolt"
    assert isinstance(everywhere.acting_for(""), Refused)
