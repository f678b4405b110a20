"""`ledgerscope credentials`: what opens the Zuora of customers."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, Final

import click

from ledgerscope.cli.exits import CommandFailed, SettingsFailed
from ledgerscope.cli.operations.session import accepted, keys_of, note_options, opened, operation_options
from ledgerscope.cli.operations.shown import Column, show_json, show_record, show_table
from ledgerscope.customers.credentials import CredentialKeys, Credentials, ListAccess, ListCredentials
from ledgerscope.customers.lifecycle import Customers
from ledgerscope.customers.zuora import HOSTS, Login, hosts_of
from ledgerscope.domain.values import CREDENTIAL_ACTIONS

if TYPE_CHECKING:
    from typing import TextIO

    from ledgerscope.cli.operations.session import Place
    from ledgerscope.customers.credentials import Reencrypted, Validated
    from ledgerscope.customers.operations import Note, Operations

__all__ = ["allowed_hosts", "command", "credential_keys"]

_KEYS: Final = "LEDGERSCOPE_CREDENTIAL_KEYS"
_HOSTS: Final = "LEDGERSCOPE_ZUORA_HOSTS"
_PROGRAM: Final = "ledgerscope-cli"
_COLUMNS: Final = (
    Column("CUSTOMER", "customer_id"),
    Column("V", "version", number=True),
    Column("CLIENT", "client_id", long=True),
    Column("KEY", "key_id", long=True),
    Column("SAVED (UTC)", "saved_at"),
)
_ACCESS: Final = (
    Column("AT (UTC)", "at"),
    Column("CUSTOMER", "customer_id"),
    Column("ACTION", "action"),
    Column("ACTOR", "actor", long=True),
    Column("ADDRESS", "address", long=True),
)


@click.group("credentials")
def command() -> None:
    """What opens the Zuora of customers: set, try, list, revoke; and the log of who took it out.

    Secrets are encrypted with the keys of LEDGERSCOPE_CREDENTIAL_KEYS (id:base64, the first in use) or of the
    file that LEDGERSCOPE_CREDENTIAL_KEYS_FILE names. A secret is typed, or read from standard input or a
    file; it is never an argument. CUSTOMER is a customer number, as C-000001, or an identifier. Only
    Zuora's own hosts are asked, and those of LEDGERSCOPE_ZUORA_HOSTS.

    \b
    Examples:
      ledgerscope credentials set    --company acme C-000001 --client-id ID < secret
      ledgerscope credentials access --company acme --action sync
      ledgerscope credentials rotate --company acme
    """  # noqa: D301 - \b is click's mark for a paragraph that keeps its lines


_client_option = click.option("--client-id", metavar="ID", help="The OAuth client, as Zuora shows it.")
_secret_option = click.option(
    "--secret-file",
    type=click.File("r", encoding="utf-8"),
    help="Where its secret is.  [default: asked for on a terminal, else standard input]",
)
_url_option = click.option(
    "--base-url",
    default=f"https://{HOSTS[0]}",
    show_default=True,
    metavar="URL",
    help="The data centre of the tenant.",
)
_customer_argument = click.argument("customer", metavar="CUSTOMER")


@command.command("set")
@operation_options
@note_options
@_url_option
@_client_option
@_secret_option
@_customer_argument
def set_(
    place: Place,
    note: Note,
    *,
    as_json: bool,
    base_url: str,
    client_id: str | None,
    secret_file: TextIO | None,
    customer: str,
) -> None:
    """Try a login, and keep it where it works; it replaces the one before without a gap.

    \b
    Examples:
      ledgerscope credentials set --company acme C-000001 --client-id ID
      ledgerscope credentials set --company acme C-000001 --client-id ID --secret-file secret
    """  # noqa: D301 - same
    login = _login(base_url, client_id, secret_file)
    with opened(place) as operations:
        saved = accepted(_credentials(operations).save(_customer(operations, customer), login, note))
    (show_json if as_json else show_record)(saved)


@command.command("validate")
@operation_options
@_url_option
@_client_option
@_secret_option
@click.argument("customer", metavar="[CUSTOMER]", required=False)
def validate(
    place: Place,
    *,
    as_json: bool,
    base_url: str,
    client_id: str | None,
    secret_file: TextIO | None,
    customer: str | None,
) -> None:
    """Whether a login works: that of a customer, which is logged, or one that is not kept yet.

    It signs in and lists a page of workflows. Exit code 1 where it does not work.

    \b
    Examples:
      ledgerscope credentials validate --company acme C-000001
      ledgerscope credentials validate --company acme --client-id ID --secret-file secret
    """  # noqa: D301 - same
    login = _login(base_url, client_id, secret_file) if customer is None else None
    with opened(place) as operations:
        credentials = _credentials(operations)
        if login is not None:
            found = accepted(credentials.validate(login))
        else:
            wanted = _customer(operations, customer or "")
            found = accepted(credentials.validate_saved(wanted, user_agent=_PROGRAM))
    if as_json:
        show_json(found)
    else:
        click.echo("\n".join(_lines(found)))


@command.command("show")
@operation_options
@_customer_argument
def show(place: Place, *, as_json: bool, customer: str) -> None:
    """Show the credential of a customer, without its secret.

    \b
    Example:
      ledgerscope credentials show --company acme C-000001
    """  # noqa: D301 - same
    with opened(place) as operations:
        found = accepted(_credentials(operations).get(_customer(operations, customer)))
    (show_json if as_json else show_record)(found)


@command.command("list")
@operation_options
@click.option("--customer", metavar="CUSTOMER", help="Of this customer only.")
@click.option("--ended", is_flag=True, help="List versions that are no longer in use, too.")
@click.option("--limit", type=click.IntRange(1, 500), default=50, show_default=True)
@click.option("--cursor", help="Where to go on: printed below the page before.")
def list_(place: Place, *, as_json: bool, customer: str | None, **asked: Any) -> None:
    """List credentials without their secrets, newest first, page by page.

    \b
    Example:
      ledgerscope credentials list --company acme --ended --json
    """  # noqa: D301 - same
    with opened(place) as operations:
        wanted = None if customer is None else _customer(operations, customer)
        page = accepted(_credentials(operations).list(ListCredentials(customer_id=wanted, **asked)))
    if as_json:
        show_json(page)
        return
    show_table(_COLUMNS, page.credentials, empty="no credentials match")
    _lead_on(page.next_cursor)


@command.command("access")
@operation_options
@click.option("--customer", metavar="CUSTOMER", help="Of this customer only.")
@click.option("--action", type=click.Choice(CREDENTIAL_ACTIONS), help="What the secret was taken out for.")
@click.option("--limit", type=click.IntRange(1, 500), default=50, show_default=True)
@click.option("--cursor", help="Where to go on: printed below the page before.")
def access(place: Place, *, as_json: bool, customer: str | None, **asked: Any) -> None:
    """List who took out a secret, what for and from where, newest first.

    \b
    Example:
      ledgerscope credentials access --company acme --customer C-000001
    """  # noqa: D301 - same
    with opened(place) as operations:
        wanted = None if customer is None else _customer(operations, customer)
        page = accepted(_credentials(operations).access(ListAccess(customer_id=wanted, **asked)))
    if as_json:
        show_json(page)
        return
    show_table(_ACCESS, page.entries, empty="no entries match")
    _lead_on(page.next_cursor)


@command.command("rotate")
@operation_options
@click.option("--batch-size", type=click.IntRange(1, 1000), default=100, show_default=True)
def rotate(place: Place, *, as_json: bool, batch_size: int) -> None:
    """Encrypt with the first key what other keys encrypted, so that those can go.

    Put the new key in front of the old one first, everywhere. What breaks off can be started again. Exit code
    1 as long as a former key is needed.

    \b
    Example:
      LEDGERSCOPE_CREDENTIAL_KEYS_FILE=keys ledgerscope credentials rotate --company acme
    """  # noqa: D301 - same
    with opened(place) as operations:
        done = accepted(_credentials(operations).reencrypt(batch_size, progress=_progress))
    if as_json:
        show_json(done)
    else:
        click.echo(f"{done.reencrypted} credentials encrypted anew")
    if done.left:
        raise CommandFailed("\n  ".join(_left(done)))


@command.command("revoke")
@operation_options
@note_options
@_customer_argument
def revoke(place: Place, note: Note, *, as_json: bool, customer: str) -> None:
    """Forget the login of a customer. Zuora still accepts it: deactivate its OAuth client there.

    \b
    Example:
      ledgerscope credentials revoke --company acme C-000001 --reason "contract ended"
    """  # noqa: D301 - same
    with opened(place) as operations:
        done = accepted(_credentials(operations).revoke(_customer(operations, customer), note))
    (show_json if as_json else show_record)(done)


def allowed_hosts() -> frozenset[str]:
    """Hosts besides Zuora's own, from the environment; raises SettingsFailed."""
    try:
        return frozenset(hosts_of(os.environ.get(_HOSTS, "")))
    except ValueError as problem:
        raise SettingsFailed(f"environment variable {_HOSTS}: {problem}") from None


def credential_keys() -> CredentialKeys | None:
    """The keys that encrypt credentials, from the environment; raises SettingsFailed."""
    return keys_of(_KEYS, CredentialKeys.parse)


def _credentials(operations: Operations) -> Credentials:
    return Credentials(operations, credential_keys(), allow=allowed_hosts())


def _customer(operations: Operations, reference: str) -> str:
    return accepted(Customers(operations).identify(reference))


def _login(base_url: str, client_id: str | None, secret_file: TextIO | None) -> Login:
    if client_id is None:
        raise click.UsageError("--client-id: the OAuth client whose secret this is")
    return Login(base_url, client_id, _secret(secret_file))


def _secret(given: TextIO | None) -> str:
    """A secret that no list of processes and no history of a shell shows."""
    if given is None and sys.stdin.isatty():
        typed: str = click.prompt("Client secret", hide_input=True)
        return typed
    source: TextIO = sys.stdin if given is None else given
    secret = source.read(1000).strip()
    if not secret:
        raise click.UsageError("the secret: expected on standard input, or in --secret-file")
    return secret


def _lines(found: Validated) -> list[str]:
    shown = f"the login works: the first page shows {found.workflows} workflows"
    limit = found.rate_limit
    if limit is None or limit.remaining is None:
        return [shown]
    return [shown, f"requests left in this window: {limit.remaining} of {limit.limit}"]


def _left(done: Reencrypted) -> list[str]:
    counts = ", ".join(f"{count} with {key_id}" for key_id, count in done.left.items())
    unread = [
        f"customer {each.customer_id}, version {each.version}: {each.reason}" for each in done.unreadable
    ]
    return [f"credentials that other keys encrypted are left: {counts}", *unread]


def _progress(done: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"{done} credentials", err=True)


def _lead_on(cursor: str | None) -> None:
    if cursor is not None:
        click.echo(f"\nmore: --cursor {cursor}")
