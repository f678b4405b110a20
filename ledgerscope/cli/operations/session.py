"""What every operation of the command line takes: the database, the company, who asks and why."""

from __future__ import annotations

import getpass
import os
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar
from uuid import uuid4

import click

from ledgerscope.cli.exits import CommandFailed, SettingsFailed, WrongUsage
from ledgerscope.cli.operations.command_log import command_log
from ledgerscope.cli.options import configured_database, settings_options
from ledgerscope.customers import Refused
from ledgerscope.customers.audit import AuditKeys, InvalidKeys
from ledgerscope.customers.operations import Caller, Note, Operations, UnknownCompany
from ledgerscope.logs import correlated
from ledgerscope.store import migrations, roles
from ledgerscope.store.engine import Session, create_engine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Engine

__all__ = [
    "accepted",
    "audit_keys",
    "keys_of",
    "note_options",
    "opened",
    "opened_engine",
    "operation_options",
]

Result = TypeVar("Result")
_AUDIT_KEYS: Final = "LEDGERSCOPE_AUDIT_KEYS"


def operation_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the database, --company, --actor and --json to a command; it gets them as `place`."""

    @wraps(command)
    def run(
        config: Path | None,
        database_url: str | None,
        company: str,
        actor: str | None,
        *,
        as_json: bool,
        **own: Any,
    ) -> None:
        command(place=Place(config, database_url, company, actor), as_json=as_json, **own)

    options = (
        click.option(
            "--company",
            required=True,
            envvar="LEDGERSCOPE_COMPANY",
            show_envvar=True,
            help="The company whose data this is.",
        ),
        click.option(
            "--actor",
            envvar="LEDGERSCOPE_ACTOR",
            show_envvar=True,
            help="Who asks, for events and the audit log: an identifier.  [default: your login name]",
        ),
        click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table."),
    )
    decorated: Callable[..., Any] = run
    for option in reversed(options):
        decorated = option(decorated)
    return settings_options(decorated)


def note_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --reason, --comment and --key to a command that changes something; it gets them as `note`."""

    @wraps(command)
    def run(*, reason: str | None, comment: str | None, key: str | None, **own: Any) -> None:
        command(note=Note(reason=reason, comment=comment, key=key), **own)

    options = (
        click.option("--reason", help="Why, for the audit log."),
        click.option("--comment", help="Anything else, for the audit log."),
        click.option("--key", help="Idempotency key: asked again with it, the request changes nothing more."),
    )
    decorated: Callable[..., Any] = run
    for option in reversed(options):
        decorated = option(decorated)
    return decorated


class Place:
    """Where an operation takes place: the database, the company and who asks."""

    def __init__(
        self, config: Path | None, database_url: str | None, company: str, actor: str | None
    ) -> None:
        self.config = config
        self.database_url = database_url
        self.caller = caller_of(company, actor, uuid4().hex)


def caller_of(company: str, actor: str | None, correlation_id: str | None = None) -> Caller:
    """Who asks: the user of the shell, without the domain, where nobody is named."""
    named = actor or getpass.getuser().partition("@")[0]
    try:
        return Caller(tenant_id=company, actor=named, source="cli", correlation_id=correlation_id)
    except ValueError as fault:
        option = str(fault).replace("tenant_id", "company")
        raise WrongUsage(f"--{option}") from None


@contextmanager
def opened(place: Place) -> Iterator[Operations]:
    """The operations of the company with the application's rights; a failure is one message.

    All that a command does has one correlation id, in its events, its audit entries and its log.
    """
    with (
        correlated(place.caller.correlation_id),
        opened_engine(place.config, place.database_url) as engine,
    ):
        yield Operations(engine, place.caller, audit_keys=audit_keys())


@contextmanager
def opened_engine(config: Path | None, database_url: str | None, pool_size: int = 1) -> Iterator[Engine]:
    """The database with the application's rights, at the head revision, and the log as it is set.

    A failure is one message.
    """
    with configured_database(config, database_url) as (settings, url), command_log(settings.log):
        session = Session(
            application_name="ledgerscope-cli", role=roles.APP, schema=settings.database.schema_
        )
        engine = create_engine(url, session, pool_size=pool_size)
        try:
            with engine.connect() as connection:
                migrations.require_head(connection)
            yield engine
        except UnknownCompany as unknown:
            raise CommandFailed(str(unknown)) from None
        finally:
            engine.dispose()


def audit_keys() -> AuditKeys | None:
    """The keys that seal the audit log, from the environment; None where there are none.

    Raises SettingsFailed where what is there holds no keys.
    """
    return keys_of(_AUDIT_KEYS, AuditKeys.parse)


def keys_of(name: str, parse: Callable[[str], Result]) -> Result | None:
    """The keys in an environment variable, or in the file that the variable NAME_FILE names; None for none.

    Raises SettingsFailed where what is there holds no keys.
    """
    path = os.environ.get(f"{name}_FILE")
    variable = name if path is None else f"{name}_FILE"
    try:
        given = os.environ.get(name) if path is None else Path(path).read_text("utf-8")
        return None if given is None else parse(given)
    except (OSError, UnicodeError, InvalidKeys) as problem:
        raise SettingsFailed(f"environment variable {variable}: {problem}") from None


def accepted(result: Result | Refused) -> Result:
    """The result; where the request was refused, the command ends with the reason and exit code 1."""
    if isinstance(result, Refused):
        raise CommandFailed(f"refused: {result.reason}")
    return result
