"""What can be set, with its defaults: frozen models that refuse what they do not know.

Read from files and environment by `exporter.settings.configuration`; handed to the runtime as one value.
"""

from __future__ import annotations

from datetime import timedelta
from ipaddress import ip_network
from typing import TYPE_CHECKING, Annotated, Literal, get_args, get_origin

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    SecretStr,
    field_serializer,
    model_validator,
)
from sqlalchemy import URL, make_url

from exporter.settings.policy import Policy
from ledgerscope.catalogue.exporter import COLLECTORS  # noqa: TC001  # pydantic reads the annotations
from ledgerscope.store.shown_url import shown_url
from ledgerscope.text.durations import format_duration, parse_duration

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

__all__ = [
    "Api",
    "CollectorSettings",
    "Database",
    "ExporterSettings",
    "IssuerSettings",
    "Listen",
    "Log",
    "Tenants",
    "mapped_model",
]

Duration = Annotated[
    timedelta, BeforeValidator(parse_duration), PlainSerializer(format_duration, return_type=str)
]
"""A field that is written as `15s`, `5m` or `1h30m`."""


def _positive(duration: timedelta) -> timedelta:
    if not duration:
        raise ValueError("it has to be longer than 0s")
    return duration


PositiveDuration = Annotated[Duration, AfterValidator(_positive)]

_STALE = 1.5
"""In intervals: a run may be half an interval late before its values count as too old."""
_EXPIRED = 3


class _Group(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _empty(cls, value: object) -> object:
        """A heading without anything below it is read as None, and means that nothing is set."""
        return {} if value is None else value


def _empty_mapping(value: object) -> object:
    return {} if value is None else value


def _without_empty_ones(value: object) -> object:
    """A heading without anything below it sets up nothing."""
    return {name: one for name, one in value.items() if one} if isinstance(value, dict) else value or {}


def _words(value: object) -> object:
    """A list, or the same in one environment variable, separated by commas."""
    return [word.strip() for word in value.split(",") if word.strip()] if isinstance(value, str) else value


def _networks(values: tuple[str, ...]) -> tuple[str, ...]:
    """Networks as they are written in full; one with bits of a host in it is none."""
    try:
        return tuple(str(ip_network(value)) for value in values)
    except ValueError as error:
        raise ValueError(f"{error}; write networks or addresses like [10.0.0.0/8, 192.0.2.7]") from None


class Database(_Group):
    """Where the data is and what the exporter may ask of the server."""

    url: SecretStr | None = Field(
        default=None,
        description="The database, as postgresql://user@host:5432/database. Required.",
        examples=["postgresql://reader@db.example.com:5432/business"],
    )
    url_file: str | None = Field(
        default=None,
        description="A file that holds the URL, for example a mounted secret; it wins over url.",
        examples=["/run/secrets/database-url"],
    )
    password: SecretStr | None = Field(
        default=None,
        description="The password, where it is not part of the URL.",
        examples=["secret"],
    )
    password_file: str | None = Field(
        default=None,
        description="A file that holds the password; it wins over password.",
        examples=["/run/secrets/database-password"],
    )
    role: str | None = Field(
        default=None,
        description="The role to take on after login; db upgrade makes one that may only read.",
        examples=["ledgerscope_exporter"],
    )
    schema_: str | None = Field(
        default=None,
        alias="schema",
        description="The schema that holds the relations; without it the login's search path decides.",
        examples=["billing"],
    )
    connections: int = Field(
        default=5,
        ge=2,
        le=100,
        description="All connections together: one for the snapshot, the others for collectors at work.",
    )
    connect_timeout: PositiveDuration = Field(
        default=timedelta(seconds=3), description="How long to wait for a connection."
    )
    statement_timeout: PositiveDuration = Field(
        default=timedelta(seconds=10), description="How long one whole run of a collector may take."
    )

    def address(self) -> URL | None:
        """The URL with the password in it; None where no database is set."""
        if self.url is None:
            return None
        url = make_url(self.url.get_secret_value())
        return url.set(password=self.password.get_secret_value()) if self.password else url

    @field_serializer("url")
    def _masked(self, url: SecretStr | None) -> str | None:
        return shown_url(make_url(url.get_secret_value())) if url else None


class IssuerSettings(_Group):
    """Whose tokens open the API, and for whom they have to be made out."""

    issuer: str | None = Field(
        default=None,
        description="What the tokens name as their issuer (iss); without it NAME.",
        examples=["https://id.example.com"],
    )
    audience: str = Field(
        default="ledgerscope", description="Whom the tokens have to be for (aud); others are refused."
    )
    algorithm: Literal[
        "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512",
        "ES256", "ES384", "ES512", "Ed25519",
    ] = Field(default="RS256", description="The only algorithm that its tokens may have.")  # fmt: skip
    keys_file: str | None = Field(
        default=None,
        description="A file with the keys that verify its tokens: PEM texts, a JWK or JWKs. Required.",
        examples=["/run/secrets/issuer-keys.json"],
    )
    tenant_claim: str = Field(
        default="organization_id", description="The claim that names the company of whoever asks."
    )
    roles_claim: str = Field(default="roles", description="The claim that lists the roles of whoever asks.")


class Api(_Group):
    """The API of the application, under /api; it is there as soon as an issuer of tokens is set."""

    url: SecretStr | None = Field(
        default=None,
        description="The database with a login of the API's own; without it database.url.",
        examples=["postgresql://api@db.example.com:5432/business"],
    )
    url_file: str | None = Field(
        default=None,
        description="A file that holds this URL; it wins over url.",
        examples=["/run/secrets/api-database-url"],
    )
    password: SecretStr | None = Field(
        default=None,
        description="The password of this login, where it is not part of the URL.",
        examples=["secret"],
    )
    password_file: str | None = Field(
        default=None,
        description="A file that holds the password of this login; it wins over password.",
        examples=["/run/secrets/api-database-password"],
    )
    role: str = Field(
        default="ledgerscope_app",
        description="The role that requests are answered with: it sees one company at a time.",
    )
    connections: int = Field(
        default=5,
        ge=1,
        le=100,
        description="Connections of the API, apart from those above; as many requests are worked on at once.",
    )
    timeout: PositiveDuration = Field(
        default=timedelta(seconds=5),
        description="How long one request may take; then it is answered with 503.",
    )
    requests_per_minute: int = Field(
        default=120, ge=1, le=100_000, description="How often one user of a company may ask within a minute."
    )
    requests_per_minute_from_address: int = Field(
        default=600,
        ge=1,
        le=100_000,
        description="How often one network address may ask within a minute; requests without a valid token "
        "are counted apart, up to the same number.",
    )
    trusted_proxies: Annotated[tuple[str, ...], BeforeValidator(_words), AfterValidator(_networks)] = Field(
        default=(),
        description="Networks of the proxies whose X-Forwarded-For is believed; empty believes none.",
    )
    issuers: Annotated[dict[str, IssuerSettings], BeforeValidator(_without_empty_ones)] = Field(
        default_factory=dict
    )

    def address(self, other: URL) -> URL:
        """The URL with the password in it; the `other` where the API has none of its own."""
        if self.url is None:
            return other
        url = make_url(self.url.get_secret_value())
        return url.set(password=self.password.get_secret_value()) if self.password else url

    @field_serializer("url")
    def _masked(self, url: SecretStr | None) -> str | None:
        return shown_url(make_url(url.get_secret_value())) if url else None


class Listen(_Group):
    """Where to serve."""

    address: str = Field(
        default="127.0.0.1", description="The address to serve on; 0.0.0.0 serves on all addresses."
    )
    port: int = Field(default=9108, ge=0, le=65535, description="The port to serve on; 0 takes any free one.")
    ready_at_once: bool = Field(
        default=False, description="Whether /health/ready answers 200 before every collector has been tried."
    )


class CollectorSettings(_Group):
    """What is different for one collector."""

    enabled: bool = Field(default=True, description="Whether the collector runs.")
    interval: PositiveDuration | None = Field(
        default=None,
        description="Time between two of its runs; without it the interval of all collectors.",
        examples=["1m"],
    )
    stale_after: PositiveDuration | None = Field(
        default=None,
        description="Age from which its values count as too old; without it 1.5 intervals.",
        examples=["90s"],
    )
    expire_after: PositiveDuration | None = Field(
        default=None,
        description="Age from which its values are no longer served; without it 3 intervals.",
        examples=["3m"],
    )


class Tenants(_Group):
    """Whose data is served."""

    only: Annotated[tuple[str, ...], BeforeValidator(_words)] = Field(
        default=(), description="Serve these companies only; empty serves all."
    )
    limit: int = Field(
        default=1000,
        ge=1,
        description="The greatest number of companies; a collector that finds more fails, so that Prometheus "
        "is not flooded.",
    )


class Log(_Group):
    """What is written to the log: by `serve` to standard output, by other commands to standard error."""

    level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="The least level that is written."
    )
    format: Literal["console", "json"] = Field(
        default="console", description="Lines for people, or one JSON object per line."
    )
    file: str | None = Field(
        default=None,
        description="Also write JSON lines to files, a new one each day: `ledgerscope.log` names "
        "`ledgerscope-2026-03-10.log`, and errors `ledgerscope-errors-2026-03-10.log`.",
        examples=["/var/log/ledgerscope/ledgerscope.log"],
    )
    retention: PositiveDuration = Field(
        default=timedelta(days=30), description="How long files are kept; whole days."
    )
    error_retention: PositiveDuration = Field(
        default=timedelta(days=365), description="How long files of errors are kept; whole days."
    )


class ExporterSettings(_Group):
    """Everything that can be set."""

    database: Database = Database()
    listen: Listen = Listen()
    interval: PositiveDuration = Field(
        default=timedelta(seconds=15), description="Time between two runs of a collector."
    )
    jitter: Duration = Field(
        default=timedelta(seconds=1),
        description="Runs begin up to this much later, so that several exporters do not run in step.",
    )
    collectors: Annotated[
        dict[Literal[COLLECTORS], CollectorSettings],  # type: ignore[valid-type]  # the catalogue's list is the type
        BeforeValidator(_empty_mapping),
    ] = Field(default_factory=dict)
    tenants: Tenants = Tenants()
    api: Api = Api()
    log: Log = Log()

    def policy(self, collector: str) -> Policy:
        """How often a collector runs and how long its values are served."""
        own = self.collectors.get(collector, CollectorSettings())
        interval = own.interval or self.interval
        return Policy(
            interval=interval,
            stale_after=own.stale_after or interval * _STALE,
            expire_after=own.expire_after or interval * _EXPIRED,
            enabled=own.enabled,
        )

    def effective(self) -> str:
        """All settings as they are in force, as YAML, without secrets."""
        whole: str = yaml.safe_dump(self.model_dump(mode="json", by_alias=True), sort_keys=False)
        return whole


def mapped_model(field: FieldInfo) -> type[BaseModel] | None:
    """What each entry of a setting is that maps names to groups; None where it is another kind of setting."""
    if get_origin(field.annotation) is not dict:
        return None
    entry: type[BaseModel] = get_args(field.annotation)[1]
    return entry
