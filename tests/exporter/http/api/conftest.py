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
from exporter.runtime import Exporter, exporter_engine
from ledgerscope.customers.interactions import Interactions, NewInteraction
from ledgerscope.customers.lifecycle import CreatedCustomer, Customers, NewCustomer
from ledgerscope.customers.operations import Caller, Operations
from ledgerscope.customers.segments import Assignment, Segments
from ledgerscope.store import roles
from ledgerscope.store.changes import Changes
from ledgerscope.store.changes_writer import write_changes
from ledgerscope.store.engine import OWNER, create_engine
from ledgerscope.store.records import Tenant
from tests.conftest import Database
from tests.exporter.doubles import SqlCollector, settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy import URL, Engine

    from exporter.settings.model import ExporterSettings

    Serve = Callable[..., "Client"]

KEY = RSAKey.generate_key(2048, {"kid": "a"}, private=True)
ISSUER = "https://id.example"
MANY = 10_000


def claims(**changed: Any) -> dict[str, Any]:
    """Claims of a valid token, with changes; None leaves a claim out."""
    expires = datetime.now(UTC) + timedelta(days=1)  # a run of all tests is shorter
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


def api_settings(keys_file: Path, **given: Any) -> ExporterSettings:
    """Settings of an exporter whose group `api` holds these, and limits that no test meets by accident."""
    api = {
        "requests_per_minute": MANY,
        "requests_per_minute_from_address": MANY,
        "timeout": "20s",
        "issuers": {"main": {"issuer": ISSUER, "keys_file": str(keys_file)}},
    }
    return settings(api=api | given)


@contextmanager
def served(urls: Database, whole: ExporterSettings) -> Iterator[Client]:
    """A server of the API and of the page of metrics, both on the same database."""
    capture = structlog.testing.LogCapture()
    log = structlog.wrap_logger(None, processors=[capture])
    requests_seen = RequestMetrics()
    engine = exporter_engine(urls.exporter_url, whole)
    with open_service(make_url(urls.app_url), whole, log) as service:
        api = create_api(service, whole, requests_seen, log)
        exporter = Exporter(whole, [SqlCollector()], engine, log=log, requests=requests_seen)
        with Server(create_app(exporter, api), listen(whole.listen)) as server:
            client = Client(server.url, capture, api.description())
            with client.session:
                yield client
        exporter.stop()
    engine.dispose()


@pytest.fixture(scope="module")
def urls(clone_template: Callable[[], URL], administration: Engine) -> Iterator[Database]:
    """A database for all tests of a file, which write to it little and by names of their own."""
    url = clone_template()
    yield Database(*(as_role(url, role) for role in (roles.OWNER, roles.APP, roles.EXPORTER)))
    with administration.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {url.database} WITH (FORCE)")


def as_role(url: URL, role: str) -> str:
    return url.update_query_dict({"options": f"-c role={role}"}).render_as_string(hide_password=False)


@pytest.fixture(scope="module")
def keys_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("issuer") / "keys.json"
    file.write_text(json.dumps({"keys": [KEY.as_dict(private=False)]}), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def client(urls: Database, keys_file: Path) -> Iterator[Client]:
    """A client of one server for all tests of a file."""
    with served(urls, api_settings(keys_file)) as made:
        yield made


@pytest.fixture
def serve(urls: Database, keys_file: Path) -> Iterator[Serve]:
    """Serves the API with other settings of the group `api` until the test is over."""
    with ExitStack() as stack:
        yield lambda **given: stack.enter_context(served(urls, api_settings(keys_file, **given)))


@dataclass(frozen=True)
class Books:
    """Operations of two companies that each have one customer with interactions and a segment."""

    acme: Operations
    bolt: Operations
    customers: dict[str, str]


@pytest.fixture(scope="module")
def books(urls: Database) -> Iterator[Books]:
    made = datetime(2026, 1, 1, tzinfo=UTC)
    owner, app = create_engine(urls.owner_url, OWNER), create_engine(urls.app_url)
    with owner.begin() as connection:
        for name in ("acme", "bolt"):
            row = Tenant(name, name.title(), "Europe/Vienna", "EUR", "{}", made)
            write_changes(connection, [Changes((row,))])
    both = {name: Operations(app, Caller(tenant_id=name, actor="anna")) for name in ("acme", "bolt")}
    yield Books(**both, customers={name: fill(one) for name, one in both.items()})
    owner.dispose()
    app.dispose()


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
