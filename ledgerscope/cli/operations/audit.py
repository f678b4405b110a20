"""`ledgerscope audit`: the audit log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from ledgerscope.cli.exits import CommandFailed
from ledgerscope.cli.operations.session import accepted, audit_keys, opened, operation_options
from ledgerscope.cli.operations.shown import Column, show_json, show_table
from ledgerscope.customers.audit import Audit, ListAudit

if TYPE_CHECKING:
    from ledgerscope.cli.operations.session import Place

__all__ = ["command"]

_COLUMNS: Final = (
    Column("SEQ", "seq", number=True),
    Column("AT (UTC)", "at"),
    Column("ACTOR", "actor", long=True),
    Column("ACTION", "action"),
    Column("SUBJECT", "subject", long=True),
)


@click.group("audit")
def command() -> None:
    """The audit log: who did what to whom, and the proof that nothing was changed or cut off.

    Every entry carries the hash of the one before. Where LEDGERSCOPE_AUDIT_KEYS (id:base64, the first in
    use) or LEDGERSCOPE_AUDIT_KEYS_FILE is set, every operation also seals the log with that key.

    \b
    Examples:
      ledgerscope audit list   --company acme --action customer.deleted
      ledgerscope audit verify --company acme
    """  # noqa: D301 - \b is click's mark for a paragraph that keeps its lines


@command.command("list")
@operation_options
@click.option("--subject", metavar="ID", help="The identifier of what was changed.")
@click.option("--by", "by", metavar="ACTOR", help="Who did it.")
@click.option("--action", help="What was done, as customer.updated.")
@click.option("--limit", type=click.IntRange(1, 500), default=50, show_default=True)
@click.option("--before", type=int, metavar="SEQ", help="Where to go on: printed below the page before.")
def list_(place: Place, *, as_json: bool, by: str | None, **asked: Any) -> None:
    """List entries, newest first.

    \b
    Example:
      ledgerscope audit list --company acme --by user-17 --json
    """  # noqa: D301 - same
    with opened(place) as operations:
        page = accepted(Audit(operations).list(ListAudit(actor=by, **asked)))
    if as_json:
        show_json(page)
        return
    show_table(_COLUMNS, page.entries, empty="no entries match")
    if page.next_before is not None:
        click.echo(f"\nmore: --before {page.next_before}")


@command.command("verify")
@operation_options
def verify(place: Place, *, as_json: bool) -> None:
    """Prove the log; exit code 1 where anything was changed or is missing.

    Without keys only the chain of hashes is proven, which whoever can write to the tables could compute anew.

    \b
    Example:
      LEDGERSCOPE_AUDIT_KEYS_FILE=keys ledgerscope audit verify --company acme
    """  # noqa: D301 - same
    with opened(place) as operations:
        found = accepted(Audit(operations).verify(audit_keys()))
    if as_json:
        show_json(found)
    else:
        click.echo(f"{found.rows} entries, sealed up to {found.sealed_to or 'none of them'}")
    if not found.sound:
        raise CommandFailed("the audit log is not what was written:\n  " + "\n  ".join(found.faults))
    if not as_json:
        click.echo(
            "sound" if audit_keys() else "the chain is sound; no keys are set, so seals were not checked"
        )
