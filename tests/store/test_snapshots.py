"""One snapshot for many connections: all see the same, none can write, it ends with the one that made it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select, text

from ledgerscope.store import tables as t
from ledgerscope.store.errors import ReadOnly, SnapshotGone
from ledgerscope.store.snapshots import import_snapshot, read_only_snapshot

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection, Engine


def customers(connection: Connection) -> int:
    return int(connection.execute(select(func.count()).select_from(t.customer)).scalar_one())


def test_importers_see_what_the_exporting_transaction_sees(
    business: Engine, exporter: Engine, add: Callable[..., None]
) -> None:
    with read_only_snapshot(exporter) as snapshot:
        with business.begin() as c:
            add(c, t.customer, customer_id="c2", external_id="C-2")
        with (
            import_snapshot(exporter, snapshot.token) as one,
            import_snapshot(exporter, snapshot.token) as other,
        ):
            assert (customers(snapshot.connection), customers(one), customers(other)) == (2, 2, 2)
    with exporter.connect() as c:
        assert customers(c) == 3


def test_the_snapshot_tells_which_transactions_it_sees(
    business: Engine, exporter: Engine, add: Callable[..., None]
) -> None:
    with read_only_snapshot(exporter) as snapshot:
        with business.begin() as c:
            add(c, t.event)
        with business.connect() as c:
            count = text(
                "select count(*) from event where pg_visible_in_snapshot(xid, cast(:seen as pg_snapshot))"
            )
            assert c.execute(count, {"seen": snapshot.transactions}).scalar_one() == 2


@pytest.mark.parametrize("imported", [False, True])
def test_a_snapshot_is_read_only_whatever_the_role_may(business: Engine, imported: bool) -> None:
    with read_only_snapshot(business) as snapshot:
        if imported:
            with pytest.raises(ReadOnly), import_snapshot(business, snapshot.token) as c:
                c.exec_driver_sql("UPDATE customer SET credit_hold = true")
        else:
            with pytest.raises(ReadOnly):
                snapshot.connection.exec_driver_sql("UPDATE customer SET credit_hold = true")


def test_a_snapshot_is_gone_with_its_transaction(business: Engine) -> None:
    with read_only_snapshot(business) as snapshot:
        token = snapshot.token
    with pytest.raises(SnapshotGone), import_snapshot(business, token):
        pass


@pytest.mark.parametrize("token", ["", "x", "0001'; DROP TABLE customer; --"])
def test_what_is_no_token_never_reaches_the_server(business: Engine, token: str) -> None:
    with pytest.raises(SnapshotGone, match="is not a snapshot token"), import_snapshot(business, token):
        pass


def test_connections_go_back_to_the_pool_able_to_write(business: Engine) -> None:
    with read_only_snapshot(business):
        pass
    with business.begin() as c:
        assert c.exec_driver_sql("UPDATE customer SET credit_hold = true").rowcount == 2
