"""The API on a real port over a real database with two companies, and a client with tokens for it."""

from __future__ import annotations

import json
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
import requests
import structlog
from joserfc import jwt
from joserfc.jwk import RSAKey
from sqlalchemy import make_url

from exporter.http.api.application import create_api
from exporter.http.api.service import open_service
from exporter.http.app import create_app
from exporter.http.server import Server, listen
from exporter.reporting.request_metrics import RequestMetrics
from ledgerscope.customers.interactions import Interactions, NewInteraction
from ledgerscope.customers.lifecycle import CreatedCustomer, Customers, NewCustomer
from ledgerscope.customers.operations import Caller, Operations
from ledgerscope.customers.segments import Assignment, Segments
from ledgerscope.store.changes import Changes
from ledgerscope.store.changes_writer import write_changes
from ledgerscope.store.records import Tenant
from tests.exporter.doubles import SqlCollector, settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy import Engine

    from exporter.settings.model import ExporterSettings
    from tests.conftest import Database
    from tests.exporter.conftest import MakeExporter

    Serve = Callable[..., "Client"]

KEY = RSAKey.generate_key(2048, {"kid": "a"}, private=True)
ISSUER = "https://id.example"
MANY = 10_000


def claims(**changed: Any) -> dict[str, Any]:
    """Claims of a valid token, with changes; None leaves a claim out."""
    expires = datetime.now(UTC) + timedelta(minutes=5)
    whole = {
        "iss": ISSUER,
        "aud": "ledgerscope",
        "sub": "user-17",
        "exp": int(expires.timestamp()),
        "organization_id": "acme",
        "roles": ["viewer"],
        **changed,
    }
    return {name: value for name, value in whole.items() if value is not None}


def token(key: Any = KEY, algorithm: str = "RS256", **changed: Any) -> str:
    return jwt.encode({"alg": algorithm}, claims(**changed), key, algorithms=[algorithm])


@dataclass
class Client:
    """Asks a server, with a valid token unless told otherwise."""

    url: str
    log: structlog.testing.LogCapture
    schema: dict[str, Any] = field(default_factory=dict)
    session: requests.Session = field(default_factory=requests.Session)

    def get(self, path: str, bearer: str | None = "", method: str = "GET", **query: Any) -> requests.Response:
        headers = {} if bearer is None else {"Authorization": f"Bearer {bearer or token()}"}
        return self.session.request(method, self.url + path, params=query, headers=headers, timeout=30)

    def metrics(self, name: str) -> dict[str, float]:
        """The series of a metric that is not zero, as the page writes them."""
        lines = self.session.get(f"{self.url}/metrics", timeout=30).text.splitlines()
        found = (line.rpartition(" ") for line in lines if line.startswith(name))
        return {series: float(value) for series, _, value in found if float(value)}


@pytest.fixture
def keys_file(tmp_path: Path) -> Path:
    file = tmp_path / "keys.json"
    file.write_text(json.dumps({"keys": [KEY.as_dict(private=False)]}), encoding="utf-8")
    return file


@pytest.fixture
def api_settings(keys_file: Path) -> Callable[..., ExporterSettings]:
    def make(**given: Any) -> ExporterSettings:
        api = {
            "requests_per_minute": MANY,
            "requests_per_minute_from_address": MANY,
            "timeout": "20s",
            "issuers": {"main": {"issuer": ISSUER, "keys_file": str(keys_file)}},
        }
        return settings(api=api | given)

    return make


@pytest.fixture
def serve(
    database: Database, make_exporter: MakeExporter, api_settings: Callable[..., ExporterSettings]
) -> Iterator[Serve]:
    """Serves the API with these settings of the group `api` until the test is over."""
    with ExitStack() as stack:

        def start(url: str = database.app_url, **given: Any) -> Client:
            return stack.enter_context(served(url, make_exporter, api_settings(**given)))

        yield start


@contextmanager
def served(url: str, make_exporter: MakeExporter, whole: ExporterSettings) -> Iterator[Client]:
    capture = structlog.testing.LogCapture()
    log = structlog.wrap_logger(None, processors=[capture])
    counted = RequestMetrics()
    with open_service(make_url(url), whole, log) as service:
        api = create_api(service, whole, counted, log)
        exporter = make_exporter(SqlCollector(), given=whole, requests=counted)
        with Server(create_app(exporter, api), listen(whole.listen)) as server:
            client = Client(server.url, capture, api.description())
            with client.session:
                yield client


@pytest.fixture
def client(serve: Serve) -> Client:
    return serve()


@dataclass(frozen=True)
class Books:
    """Operations of two companies that each have one customer with interactions and a segment."""

    acme: Operations
    bolt: Operations
    customers: dict[str, str]


@pytest.fixture
def books(owner: Engine, app: Engine) -> Books:
    made = datetime(2026, 1, 1, tzinfo=UTC)
    with owner.begin() as connection:
        for name in ("acme", "bolt"):
            row = Tenant(name, name.title(), "Europe/Vienna", "EUR", "{}", made)
            write_changes(connection, [Changes((row,))])
    both = {name: Operations(app, Caller(tenant_id=name, actor="anna")) for name in ("acme", "bolt")}
    return Books(**both, customers={name: fill(one) for name, one in both.items()})


def fill(operations: Operations) -> str:
    """A customer with two interactions and a segment."""
    name = f"Customer of {operations.caller.tenant_id}"
    made = Customers(operations).create(
        NewCustomer(name=name, email=f"{operations.caller.tenant_id}@x.example")
    )
    assert isinstance(made, CreatedCustomer), made
    for kind in ("call", "email"):
        Interactions(operations).log(
            made.customer_id, NewInteraction(type=kind, subject=f"{kind} with {name}")
        )
    Segments(operations).assign(made.customer_id, Assignment(segment="vip", value=Decimal("2.5")))
    return made.customer_id
