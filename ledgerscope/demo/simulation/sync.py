"""Customers' own systems in the live business: logins, settings and schedules change, due runs are run."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select, text

from ledgerscope.customers.credentials.loading import load_credential
from ledgerscope.customers.credentials.versions import (
    reject_credential,
    revoke_credential,
    save_credential,
)
from ledgerscope.customers.decision import Call, Moment
from ledgerscope.customers.settings.changes import set_values
from ledgerscope.customers.sync.loading import (
    as_schedule,
    hold_schedule,
    known_workflows,
    settings_of_customer,
    tries_since,
)
from ledgerscope.customers.sync.schedules import initial_schedule, pause, request_now, resume
from ledgerscope.customers.sync.state import Synchronised
from ledgerscope.demo.operations.outside import BROKEN, changes_of, demo_keys, login_of
from ledgerscope.demo.operations.synchronising import SyncState, synchronise
from ledgerscope.demo.simulation.accounts import customer_of, pick_customer
from ledgerscope.store import tables as t
from ledgerscope.store.records import derive_id

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Row

    from ledgerscope.customers.credentials import CredentialKeys
    from ledgerscope.demo.simulation.context import Context

__all__ = [
    "ask_for_sync", "change_setting", "connect", "leave", "pause_sync", "resume_sync", "rotate_login",
    "synchronise_due",
]  # fmt: skip

_DESK: Final = "integrations"
_WORKER: Final = "sync worker"
_FREQUENCIES: Final = {"hourly": 0.1, "daily": 0.6, "weekly": 0.3}
_LATE: Final = timedelta(minutes=10)
"""A run that is due for longer was not worked on meanwhile; it ends now."""
_STAYS_BROKEN: Final = 0.8
_ERRS: Final = 0.1
_MOST: Final = 200
_SEED: Final = text(
    "select coalesce(settings #>> '{demo,seed}', '0') from tenant where tenant_id = :tenant_id"
)


def connect(context: Context) -> None:
    """A customer is kept in step with its own system from now on."""
    customer = pick_customer(context, "active")
    if customer is None or _schedule(context, customer) is not None:
        return
    credential = load_credential(context.connection, context.tenant_id, customer)
    call, keys, customer_id = context.call(_DESK), _keys(context), credential.customer_id
    context.commit(save_credential(credential, login_of(customer_id, credential.last + 1), keys, call))
    context.commit(initial_schedule(customer_id, context.random.pick(_FREQUENCIES), call))


def rotate_login(context: Context) -> None:
    """A new login follows the one in use; now and then it does not work, and the one in use stays."""
    customer = _synchronised(context, paused=False)
    if customer is None:
        return
    credential = load_credential(context.connection, context.tenant_id, customer)
    login = login_of(credential.customer_id, credential.last + 1)
    if context.random.chance(_ERRS):
        context.commit(reject_credential(credential, BROKEN, context.call(_DESK)))
    else:
        context.commit(save_credential(credential, login, _keys(context), context.call(_DESK)))


def leave(context: Context) -> None:
    """A customer takes its login back, and is no longer asked."""
    customer = _synchronised(context, paused=False)
    if customer is None:
        return
    credential = load_credential(context.connection, context.tenant_id, customer)
    context.commit(revoke_credential(credential, context.call(_DESK)))
    context.commit(pause(_state(context, customer), context.call(_DESK)))


def pause_sync(context: Context) -> None:
    """A customer is left alone for a while."""
    customer = _synchronised(context, paused=False)
    if customer is not None:
        context.commit(pause(_state(context, customer), context.call(_DESK)))


def resume_sync(context: Context) -> None:
    """A customer that was left alone is asked again, where its login is still there."""
    customer = _synchronised(context, paused=True)
    if customer is None:
        return
    credential = load_credential(context.connection, context.tenant_id, customer)
    if credential.current is not None:
        context.commit(resume(_state(context, customer), context.call(_DESK)))


def ask_for_sync(context: Context) -> None:
    """Somebody wants the workflows of a customer now."""
    customer = _synchronised(context, paused=False)
    if customer is not None:
        trigger = context.random.choice(("manual", "bulk"))
        context.commit(request_now(_state(context, customer), trigger, context.call(_DESK)))


def change_setting(context: Context) -> None:
    """Another health score counts as low at a customer."""
    customer = _synchronised(context, paused=False)
    if customer is not None:
        known = settings_of_customer(context.connection, context.tenant_id, customer.customer_id.hex)
        wanted = {"thresholds.health_score": context.random.choice((0.5, 0.6, 0.8, 0.9))}
        context.commit(set_values(known, wanted, context.call(_DESK)))


def synchronise_due(context: Context) -> None:
    """Every run that has come to its end by now, from its beginning on."""
    c = t.sync_schedule.c
    due = (
        select(t.sync_schedule)
        .where(c.tenant_id == context.tenant_id, c.status != "paused", c.next_due_at <= context.now)
        .where(c.claimed_run_id.is_(None))
        .order_by(c.next_due_at, c.customer_id)
        .limit(_MOST)
        .with_for_update(skip_locked=True)
    )
    for row in context.connection.execute(due).all():
        _synchronise(context, row)


def _synchronise(context: Context, row: Row[Any]) -> None:
    connection, tenant_id, customer_id = context.connection, context.tenant_id, row.customer_id.hex
    known = known_workflows(connection, tenant_id, customer_id)
    state = SyncState(
        tenant_id, customer_id, as_schedule(row),
        tries=tries_since(connection, tenant_id, customer_id, row.last_success_at),
        changes=changes_of(each.fields["version"] for each in known.values()),
        workflows=known,
        settings=settings_of_customer(connection, tenant_id, customer_id).set,
    )  # fmt: skip
    credential = load_credential(connection, tenant_id, customer_of(context, row))
    request_id = derive_id("sync", tenant_id, customer_id, row.next_due_at)
    broken = row.last_error_class == BROKEN and context.random.chance(_STAYS_BROKEN)

    def call(when: datetime) -> Call:
        moment = Moment(tenant_id, when, context.calendar.day(when))
        return Call(moment=moment, actor=_WORKER, request_id=request_id, source="ui")

    done = synchronise(state, credential, call(row.next_due_at), call, broken=broken)
    if done.ended_at > context.now:
        return
    if context.now - row.next_due_at > _LATE:
        begun = context.now - (done.ended_at - row.next_due_at)
        done = synchronise(state, credential, call(begun), call, broken=broken)
    context.commit(done.changes)


def _synchronised(context: Context, *, paused: bool) -> Row[Any] | None:
    """A customer whose schedule is paused, or one whose is not."""
    wanted = (t.sync_schedule.c.status == "paused").is_(paused)
    schedule = context.pick(t.sync_schedule, "customer_id", wanted)
    customer = None if schedule is None else customer_of(context, schedule)
    return None if customer is None or customer.deleted_at is not None else customer


def _schedule(context: Context, customer: Row[Any]) -> Row[Any] | None:
    return hold_schedule(context.connection, context.tenant_id, customer.customer_id.hex)


def _state(context: Context, customer: Row[Any]) -> Synchronised:
    row = _schedule(context, customer)
    return Synchronised(customer.customer_id.hex, None if row is None else as_schedule(row))


def _keys(context: Context) -> CredentialKeys:
    """The key of the demo, from the seed that the company was made with."""
    seed = context.connection.execute(_SEED, {"tenant_id": context.tenant_id}).scalar_one()
    return demo_keys(int(seed))
