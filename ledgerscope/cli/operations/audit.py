"""`ledgerscope audit`: the audit log."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import click

from ledgerscope.cli.exits import CommandFailed
from ledgerscope.cli.operations.references import numbers_of
from ledgerscope.cli.operations.session import accepted, audit_keys, note_options, opened, operation_options
from ledgerscope.cli.operations.shown import Column, counted, show_json, show_table
from ledgerscope.customers import Refused
from ledgerscope.customers.audit import Audit, Head, InvalidHead, ListAudit
from ledgerscope.customers.lifecycle import Customers
from ledgerscope.customers.operations import Keys
from ledgerscope.customers.operations.pruning import KEPT_DAYS

if TYPE_CHECKING:
    from ledgerscope.cli.operations.session import Place
    from ledgerscope.customers.audit import Verification
    from ledgerscope.customers.operations import Note, Operations

__all__ = ["command"]

_COLUMNS: Final = (
    Column("SEQ", "seq", number=True),
    Column("AT (UTC)", "at"),
    Column("ACTOR", "actor", long=True),
    Column("ACTION", "action"),
    Column("SUBJECT", "subject"),
)


def _head(_context: click.Context, _option: click.Parameter, given: str | None) -> Head | None:
    try:
        return None if given is None else Head.parse(given)
    except InvalidHead as problem:
        raise click.BadParameter(str(problem)) from None


_known_option = click.option(
    "--known",
    metavar="SEQ:MAC",
    callback=_head,
    help="The head of an earlier proof, kept elsewhere; takes keys.",
)
_CHECKED: Final = {
    "seals": "sound: the chain, and every entry against its seal",
    "chain": "the chain is sound; no keys are set, so seals were not checked",
}


@click.group("audit")
def command() -> None:
    """The audit log: who did what to whom, and the proof that nothing was changed or cut off.

    Every entry carries the hash of the one before. Where LEDGERSCOPE_AUDIT_KEYS (id:base64, the first in
    use) or LEDGERSCOPE_AUDIT_KEYS_FILE is set, every operation also seals the log with that key.

    \b
    Examples:
      ledgerscope audit list   --company acme --action customer.deleted
      ledgerscope audit verify --company acme
      ledgerscope audit seal   --company acme
      ledgerscope audit prune-keys --company acme
    """  # noqa: D301 - \b is click's mark for a paragraph that keeps its lines


@command.command("list")
@operation_options
@click.option(
    "--subject", metavar="ID", help="The identifier of what was changed, or the number of a customer."
)
@click.option("--by", "by", metavar="ACTOR", help="Who did it.")
@click.option("--action", help="What was done, as customer.updated.")
@click.option("--limit", type=click.IntRange(1, 500), default=50, show_default=True)
@click.option("--before", type=int, metavar="SEQ", help="Where to go on: printed below the page before.")
def list_(place: Place, *, as_json: bool, by: str | None, subject: str | None, **asked: Any) -> None:
    """List entries, newest first.

    \b
    Example:
      ledgerscope audit list --company acme --by user-17 --json
    """  # noqa: D301 - same
    with opened(place) as operations:
        wanted = None if subject is None else _subject(operations, subject)
        page = accepted(Audit(operations).list(ListAudit(actor=by, subject=wanted, **asked)))
        numbers = numbers_of(operations, (each.subject for each in page.entries))
    if as_json:
        show_json(page)
        return
    shown = [replace(each, subject=numbers[each.subject]) for each in page.entries]
    show_table(_COLUMNS, shown, empty="no entries match")
    if page.next_before is not None:
        click.echo(f"\nmore: --before {page.next_before}")


@command.command("verify")
@operation_options
@_known_option
def verify(place: Place, *, as_json: bool, known: Head | None) -> None:
    """Prove the log; exit code 1 where anything was changed, is missing or is not sealed.

    Without keys only the chain of hashes is proven, which whoever can write to the tables could compute anew.
    A log that was cut off together with its seals is found by --known only: keep the head that a proof prints
    outside the database.

    \b
    Example:
      LEDGERSCOPE_AUDIT_KEYS_FILE=keys ledgerscope audit verify --company acme
    """  # noqa: D301 - same
    keys = audit_keys()
    with opened(place) as operations:
        found = accepted(Audit(operations).verify(keys, known))
    if as_json:
        show_json(found)
    else:
        click.echo("\n".join(_lines(found)))
    if not found.sound:
        raise CommandFailed("the audit log is not what was written:\n  " + "\n  ".join(found.faults))
    if not as_json:
        click.echo(_CHECKED[found.checked])


@command.command("seal")
@operation_options
@note_options
@_known_option
def seal(place: Place, *, as_json: bool, known: Head | None, note: Note) -> None:
    """Seal the entries that have no seal, as those from before keys were set.

    The log is proven first; nothing is sealed where anything else is wrong with it. Whether these entries are
    what was written at their time nothing shows: with --known, those up to that head are.

    \b
    Example:
      LEDGERSCOPE_AUDIT_KEYS_FILE=keys ledgerscope audit seal --company acme --reason "keys are in use"
    """  # noqa: D301 - same
    with opened(place) as operations:
        done = accepted(Audit(operations).seal(known=known, note=note))
    if as_json:
        show_json(done)
    else:
        click.echo(f"sealed entries {done.first} to {done.last}")


@command.command("prune-keys")
@operation_options
@note_options
@click.option(
    "--days", type=click.IntRange(1, 3650), default=KEPT_DAYS, show_default=True, help="Keep so many days."
)
def prune_keys(place: Place, *, as_json: bool, days: int, note: Note) -> None:
    """Forget idempotency keys of requests that are older; run it daily.

    A request that comes again with a forgotten key is carried out as a new one.

    \b
    Example:
      ledgerscope audit prune-keys --company acme --days 90
    """  # noqa: D301 - same
    with opened(place) as operations:
        done = accepted(Keys(operations).prune(days, note))
    if as_json:
        show_json(done)
    else:
        click.echo(f"forgot {counted(done.keys, 'key')} older than {counted(done.days, 'day')}")


def _subject(operations: Operations, reference: str) -> str:
    """What an entry calls the customer of this number; anything else as it is."""
    found = Customers(operations).identify(reference)
    return reference if isinstance(found, Refused) else found


def _lines(found: Verification) -> list[str]:
    if found.sealed_to is None:
        return [f"{counted(found.rows, 'entry', 'entries')}; seals not checked"]
    head = [] if found.head is None else [f"head {found.head}"]
    return [
        f"{counted(found.rows, 'entry', 'entries')}, sealed up to {found.sealed_to or 'none of them'}",
        *head,
    ]
