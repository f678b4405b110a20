"""`ledgerscope sync run`: the worker, woken by APScheduler until it is told to stop."""

from __future__ import annotations

import signal
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import click

from ledgerscope.cli.operations.credentials import allowed_hosts, credential_keys
from ledgerscope.cli.operations.session import audit_keys, caller_of, opened_engine
from ledgerscope.cli.operations.shown import counted, show_json
from ledgerscope.cli.options import settings_options
from ledgerscope.customers.operations import Operations
from ledgerscope.customers.sync import Limits, Tally, Worker
from ledgerscope.customers.sync.zuora_feed import zuora_of
from ledgerscope.customers.zuora import Limits as ZuoraLimits
from ledgerscope.customers.zuora import Zuora
from ledgerscope.store.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sqlalchemy import Engine

    from ledgerscope.customers.sync import Report

__all__ = ["run"]

_SIGNALS = frozenset({signal.SIGTERM, signal.SIGINT})
_SPARE = 2
"""Connections besides those of the runs: for claims and for signs of life."""


@click.command("run")
@settings_options
@click.option(
    "--company",
    "companies",
    multiple=True,
    required=True,
    envvar="LEDGERSCOPE_COMPANY",
    show_envvar=True,
    help="A company to work for; may be given several times.",
)
@click.option(
    "--actor",
    envvar="LEDGERSCOPE_ACTOR",
    show_envvar=True,
    help="Who runs it, for events and the audit log.  [default: your login name]",
)
@click.option("--once", is_flag=True, help="Run what is due now, and end.")
@click.option("--workers", type=click.IntRange(1, 64), default=4, show_default=True, help="Runs at once.")
@click.option(
    "--every", type=click.IntRange(1, 3600), default=10, show_default=True,
    help="Seconds from one look for due work to the next.",
)  # fmt: skip
@click.option(
    "--longest-run", type=click.IntRange(1, 1800), default=300, show_default=True,
    help="Seconds that Zuora may take for one run, sign-in, tries and waits included.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print what came of it as JSON.")
def run(
    config: Path | None,
    database_url: str | None,
    companies: tuple[str, ...],
    actor: str | None,
    *,
    once: bool,
    workers: int,
    every: int,
    longest_run: int,
    as_json: bool,
) -> None:
    """Carry out due synchronisations until SIGTERM or Ctrl-C.

    Any number of workers may run, on any machines: each customer is claimed by one of them at a time. On
    SIGTERM what runs may end within 30 seconds; the rest is given back and is due at once. A worker that is
    killed loses nothing: after two minutes without a sign of life its customers are due again.

    \b
    Examples:
      ledgerscope sync run --company acme --workers 8
      ledgerscope sync run --company acme --once --json
    """  # noqa: D301 - \b is click's mark for a paragraph that keeps its lines
    keys, allow = credential_keys(), allowed_hosts()
    with opened_engine(config, database_url, workers + _SPARE) as engine:
        worker = Worker(
            _operations(engine, companies, actor),
            zuora_of(keys, partial(Zuora, allow=allow, limits=ZuoraLimits(total=longest_run))),
            limits=Limits(workers=workers),
            report=_complain,
        )
        if once:
            _show(_run_once(worker), as_json=as_json)
        else:
            _run_until_told(worker, every, as_json=as_json)


def _operations(engine: Engine, companies: Sequence[str], actor: str | None) -> list[Operations]:
    """Of each company once; raises UnknownCompany."""
    keys, made = audit_keys(), []
    for company in dict.fromkeys(companies):
        operations = Operations(engine, caller_of(company, actor), audit_keys=keys)
        with operations.read():
            made.append(operations)
    return made


def _run_once(worker: Worker) -> Tally:
    for number in _SIGNALS:
        signal.signal(number, lambda *_: worker.stop())
    return worker.run_due()


def _run_until_told(worker: Worker, every: int, *, as_json: bool) -> None:
    """Look for due work again and again. Signals are waited for, so that nothing is interrupted by them."""
    from apscheduler.schedulers.background import BackgroundScheduler  # noqa: PLC0415 - only here
    from apscheduler.triggers.interval import IntervalTrigger  # noqa: PLC0415 - only here

    signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)  # before threads are started, which inherit it
    scheduler = BackgroundScheduler(timezone=UTC)
    scheduler.add_job(
        lambda: _tick(worker, as_json=as_json),
        IntervalTrigger(seconds=every, timezone=UTC),
        max_instances=1,
        coalesce=True,
        misfire_grace_time=None,
        next_run_time=datetime.now(UTC),
    )
    scheduler.start()
    click.echo("looking for due work", err=True)
    signal.sigwait(_SIGNALS)
    worker.stop()
    scheduler.shutdown(wait=True)
    click.echo("stopped", err=True)


def _tick(worker: Worker, *, as_json: bool) -> None:
    """One look for due work. A database that is away is told, and looked for again."""
    try:
        tally = worker.run_due()
    except StoreError as failure:
        click.echo(f"ledgerscope: database: {failure}", err=True)
        return
    if tally != Tally():
        _show(tally, as_json=as_json)


def _show(tally: Tally, *, as_json: bool) -> None:
    if as_json:
        show_json(tally)
        return
    ends = {
        "succeeded": tally.succeeded,
        "failed": tally.failed,
        "given back": tally.given_back,
        "lost": tally.lost,
        "not recorded": tally.unrecorded,
    }
    said = ", ".join(f"{count} {word}" for word, count in ends.items() if count)
    click.echo(f"{counted(tally.started, 'run')}{': ' if said else ''}{said}")
    if tally.abandoned:
        click.echo(f"found abandoned by other workers: {counted(tally.abandoned, 'run')}")


def _complain(report: Report) -> None:
    """A run that met an error of ours: its kind only, as its text may hold anything."""
    if report.problem is not None:
        word = type(report.problem).__name__
        click.echo(f"ledgerscope: {report.company}: run {report.claim.run_id}: {word}", err=True)
