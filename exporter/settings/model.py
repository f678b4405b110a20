"""What can be set, with its defaults: frozen models that refuse what they do not know.

Read from files and environment by `exporter.settings.configuration`; handed to the runtime as one value.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

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

__all__ = ["CollectorSettings", "Database", "ExporterSettings", "Listen", "Log", "Tenants"]

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


def _words(value: object) -> object:
    """A list, or the same in one environment variable, separated by commas."""
    return [word.strip() for word in value.split(",") if word.strip()] if isinstance(value, str) else value


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
        BeforeValidator(lambda value: {} if value is None else value),
    ] = Field(default_factory=dict)
    tenants: Tenants = Tenants()
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
