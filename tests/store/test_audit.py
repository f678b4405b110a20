"""The audit trail shows every later change to it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from ledgerscope.store import tables as t
from ledgerscope.store.audit import first_break
from ledgerscope.store.engine import begin_as
from ledgerscope.store.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine


def test_rows_are_numbered_and_chained_per_tenant(business: Engine, add: Callable[..., None]) -> None:
    with business.begin() as c:
        add(c, t.audit_log, action="customer.update", details={"field": "name", "n": 1})
        rows = c.execute(select(t.audit_log).where(t.audit_log.c.tenant_id == "acme").order_by("seq")).all()
        assert [row.seq for row in rows] == [1, 2]
        assert rows[0].prev_hash == b""
        assert rows[1].prev_hash == rows[0].hash
        assert first_break(c, "acme") is None
        assert first_break(c, "globex") is None
        assert first_break(c, "nobody") is None


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE audit_log SET actor = 'eve' WHERE seq = 2",
        """UPDATE audit_log SET details = '{"n": 2}' WHERE seq = 2""",
        "UPDATE audit_log SET at = at + interval '1 microsecond' WHERE seq = 2",
        "UPDATE audit_log SET prev_hash = 'x' WHERE seq = 2",
        "UPDATE audit_log SET hash = 'x' WHERE seq = 2",
        "UPDATE audit_log SET tenant_id = 'globex' WHERE seq = 2 AND tenant_id = 'acme'",
    ],
)
def test_a_row_changed_behind_the_triggers_back_shows(
    business: Engine, add: Callable[..., None], tampering: str
) -> None:
    with business.begin() as c:
        for _ in range(3):
            add(c, t.audit_log)
        c.exec_driver_sql("ALTER TABLE audit_log DISABLE TRIGGER append_only")
        c.exec_driver_sql(tampering)
        assert first_break(c, "acme") in {2, 3}


def test_a_row_taken_out_shows(business: Engine, add: Callable[..., None]) -> None:
    with business.begin() as c:
        for _ in range(3):
            add(c, t.audit_log)
        c.exec_driver_sql("ALTER TABLE audit_log DISABLE TRIGGER append_only")
        c.exec_driver_sql("DELETE FROM audit_log WHERE seq = 2")
        assert first_break(c, "acme") == 3


def test_the_zone_of_the_session_does_not_change_the_hash(business: Engine) -> None:
    with business.begin() as c:
        c.exec_driver_sql("SET LOCAL timezone = 'Asia/Kolkata'")
        assert first_break(c, "acme") is None


def test_writers_at_the_same_time_make_one_chain(business: Engine, add: Callable[..., None]) -> None:
    def write(_: int) -> None:
        with business.begin() as c:
            add(c, t.audit_log)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(20)))
    with business.connect() as c:
        assert c.execute(select(func.max(t.audit_log.c.seq))).scalar_one() == 21
        assert first_break(c, "acme") is None


def test_another_companys_login_cannot_keep_a_company_from_writing(
    business: Engine, app: Engine, add: Callable[..., None]
) -> None:
    with begin_as(app, "globex") as other:
        other.exec_driver_sql(
            "SELECT pg_advisory_xact_lock(hashtext('ledgerscope.audit_log'), hashtext('acme'))"
        )
        assert not other.exec_driver_sql("SELECT FROM tenant WHERE tenant_id = 'acme' FOR UPDATE").all()
        with pytest.raises(StoreError), other.begin_nested():
            add(other, t.audit_log, tenant_id="acme")
        with begin_as(app, "acme") as own:
            own.exec_driver_sql("SET LOCAL lock_timeout = '1s'")
            add(own, t.audit_log)
    with business.connect() as c:
        assert first_break(c, "acme") is None
