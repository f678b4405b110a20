"""What can be set, with its defaults: frozen models that refuse what they do not know.

Read from files and environment by `exporter.settings.configuration`; handed to the runtime as one value.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

import yaml
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    SecretStr,
    field_serializer,
)
from sqlalchemy import URL, make_url

from exporter.settings.policy import Policy
from ledgerscope.catalogue.exporter import COLLECTORS  # noqa: TC001  # pydantic reads the annotations
from ledgerscope.text.durations import format_duration, parse_duration

__all__ = ["CollectorSettings", "Database", "ExporterSettings", "Listen", "Log", "Tenants"]

Duration = Annotated[
    timedelta, BeforeValidator(parse_duration), PlainSerializer(format_duration, return_type=str)
]
"""A field that is written as `15s`, `5m` or `1h30m`."""

_STALE = 1.5
"""In intervals: a run may be half an interval late before its values count as too old."""
_EXPIRED = 3


class _Group(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


def _words(value: object) -> object:
    """A list, or the same in one environment variable, separated by commas."""
    return [word.strip() for word in value.split(",") if word.strip()] if isinstance(value, str) else value


class Database(_Group):
    """Where the data is and what the exporter may ask of the server.

    `connections` bounds all connections together: one for the snapshot, the others for collectors at work.
    `statement_timeout` is the time for one whole run of a collector.
    """

    url: SecretStr | None = None
    url_file: str | None = None
    password: SecretStr | None = None
    password_file: str | None = None
    role: str | None = None
    schema_: str | None = Field(default=None, alias="schema")
    connections: int = Field(default=5, ge=2, le=100)
    connect_timeout: Duration = timedelta(seconds=3)
    statement_timeout: Duration = timedelta(seconds=10)

    def address(self) -> URL | None:
        """The URL with the password in it; None where no database is set."""
        if self.url is None:
            return None
        url = make_url(self.url.get_secret_value())
        return url.set(password=self.password.get_secret_value()) if self.password else url

    @field_serializer("url")
    def _masked(self, url: SecretStr | None) -> str | None:
        return make_url(url.get_secret_value()).render_as_string(hide_password=True) if url else None


class Listen(_Group):
    """Where to serve; port 0 takes a free one. `ready_at_once`: ready before the first tick is over."""

    address: str = "127.0.0.1"
    port: int = Field(default=9108, ge=0, le=65535)
    ready_at_once: bool = False


class CollectorSettings(_Group):
    """What is different for one collector; what is not given follows from the interval."""

    enabled: bool = True
    interval: Duration | None = None
    stale_after: Duration | None = None
    expire_after: Duration | None = None


class Tenants(_Group):
    """Whose data is served: `only` these companies (all where empty), and never more than `limit`."""

    only: Annotated[tuple[str, ...], BeforeValidator(_words)] = ()
    limit: int = Field(default=1000, ge=1)


class Log(_Group):
    """What is written to standard error."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["console", "json"] = "console"


class ExporterSettings(_Group):
    """Everything that can be set."""

    database: Database = Database()
    listen: Listen = Listen()
    interval: Duration = timedelta(seconds=15)
    jitter: Duration = timedelta(seconds=1)
    collectors: dict[Literal[COLLECTORS], CollectorSettings] = Field(default_factory=dict)  # type: ignore[valid-type]  # the catalogue's list is the type
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
