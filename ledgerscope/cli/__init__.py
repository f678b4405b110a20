"""The command line: the only place that connects the packages.

Commands are imported when they are called, so that `--help` answers at once and a tool that only prints the
catalogue never loads a web server.
"""

from __future__ import annotations

import os
from errno import ENOSPC
from importlib import import_module
from typing import NamedTuple

import click
from click.shell_completion import CompletionItem

from ledgerscope import __version__
from ledgerscope.cli.exits import CommandFailed

__all__ = ["main"]

_OWN = frozenset({"ledgerscope", "exporter", "collectors", "rules", "dashboards", "alertmanager"})


class _Entry(NamedTuple):
    """Where a command lives, its line in the list of commands, and the extra that it needs, if any."""

    module: str
    summary: str
    extra: str | None = None
    attribute: str = "command"


_COMMANDS: dict[str, _Entry] = {
    "demo": _Entry("demo", "A living demo business, its exporter serving.", extra="operations"),
    "serve": _Entry("serve", "Run the exporter."),
    "collect": _Entry("collect", "Run collectors once and print what /metrics would show."),
    "db": _Entry("db", "Bring the database schema up to date, or check it."),
    "build": _Entry("build", "Render rules, dashboards, Alertmanager configuration and docs.", extra="build"),
    "lint": _Entry("lint", "Check rule files as a Prometheus would read them.", extra="build"),
    "settings": _Entry("settings", "Print a settings file to start from, or every setting's meaning."),
    "metrics": _Entry("metrics", "Print the metric reference."),
    "customers": _Entry(
        "operations.customers", "List, create, change and delete customers.", extra="operations"
    ),
    "import": _Entry(
        "operations.transfers", "Create and update customers from a file.", "operations", "import_"
    ),
    "imports": _Entry(
        "operations.transfers", "List imports, show their problems, undo one.", "operations", "imports"
    ),
    "export": _Entry("operations.transfers", "Write customers to a file.", "operations", "export"),
    **{
        name: _Entry(f"operations.{name.replace('-', '_')}", summary, extra="operations")
        for name, summary in {
            "contacts": "The people to talk to at customers.",
            "communications": "What was said to and by customers.",
            "interactions": "Calls, complaints and other work with customers.",
            "segments": "The segments that customers are in.",
            "credit": "Credit limits, and how far they are used.",
            "invoices": "Issue, draft, void and list invoices.",
            "payments": "Receive, allocate, reverse and refund payments.",
            "credit-notes": "Issue, allocate and pay out credit notes.",
            "write-offs": "Give up debts, and let them stand again.",
            "statements": "Statements of account as PDF or CSV, written to files or sent.",
            "aging": "Snapshots of what customers owe, by days past due.",
            "analytics": "Figures of a customer, a segment and the company.",
            "credentials": "What opens customers' Zuora: set, try, list, revoke.",
            "sync": "Synchronise customers with their outside systems.",
            "grants": "Show single customers to those who may not see all.",
        }.items()
    },
    "events": _Entry("operations.events", "List business events, and follow them.", extra="operations"),
    "audit": _Entry(
        "operations.audit", "Read the audit log, and prove that it is whole.", extra="operations"
    ),
}


def _extra_to_install(missing: ModuleNotFoundError, command: str | None) -> CommandFailed | None:
    """The message that names the extra of the command, where a package of it is missing."""
    extra = _COMMANDS[command].extra if command in _COMMANDS else None
    if extra is None or (missing.name or "").partition(".")[0] in _OWN:
        return None
    return CommandFailed(
        f"{command} needs packages that are not installed (no {missing.name}); "
        f"install them with:  pip install 'ledgerscope[{extra}]'"
    )


class _LazyGroup(click.Group):
    """A group whose commands are modules of this package, imported on use."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's
        entry = _COMMANDS.get(cmd_name)
        if entry is None:
            return None
        try:
            command: click.Command = getattr(import_module(f"{__name__}.{entry.module}"), entry.attribute)
        except ModuleNotFoundError as missing:
            if failure := _extra_to_install(missing, cmd_name):
                raise failure from missing
            raise
        return command

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except ModuleNotFoundError as missing:
            if failure := _extra_to_install(missing, ctx.invoked_subcommand):
                raise failure from missing
            raise
        except OSError as error:
            if error.errno == ENOSPC:  # standard output, or a file that a command writes
                raise CommandFailed(f"{error.filename or 'the output'}: {error.strerror}") from error
            raise

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in _COMMANDS:
            raise click.NoSuchCommand(args[0], possibilities=_COMMANDS, ctx=ctx)
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The names of commands, none of which is imported for that, and options."""
        names = [
            CompletionItem(name, help=entry.summary)
            for name, entry in _COMMANDS.items()
            if name.startswith(incomplete)
        ]
        return [*names, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - same
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in _COMMANDS.items()])


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="ledgerscope")
def main() -> None:
    """Trustworthy business metrics for Prometheus.

    \b
    Try it:  ledgerscope demo
    Run it:  ledgerscope serve --config ledgerscope.yaml
    """  # noqa: D301 - \b is click's mark for a paragraph that keeps its lines
    if os.environ.get("LEDGERSCOPE_SENTRY_DSN"):
        import_module(f"{__name__}.sentry").start()
