"""An instalment says of whom, in what currency and between which days it is owed, as its invoice does."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from ledgerscope.store import tables as t
from ledgerscope.store.engine import begin_as
from ledgerscope.store.errors import Refused
from tests.store.conftest import uid

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection, Engine

JAN_1, FEB_1, FEB_5 = date(2026, 1, 1), date(2026, 2, 1), date(2026, 2, 5)
COPIES = (
    t.invoice_due.c.customer_id,
    t.invoice_due.c.currency,
    t.invoice_due.c.owed_from,
    t.invoice_due.c.owed_until,
)


def copies(connection: Connection, seq: int = 1) -> tuple[Any, ...]:
    """What the instalment repeats."""
    of_it = t.invoice_due.c.tenant_id == "acme", t.invoice_due.c.seq == seq
    return tuple(connection.execute(select(*COPIES).where(*of_it)).one())


def change(connection: Connection, **values: object) -> None:
    """Change the invoice i1 of acme."""
    connection.execute(t.invoice.update().where(t.invoice.c.tenant_id == "acme").values(values))


def test_an_instalment_repeats_what_its_invoice_says(business: Engine) -> None:
    with business.connect() as c:
        assert copies(c) == (uid("c1"), "EUR", JAN_1, None)


def test_what_a_writer_gives_instead_is_replaced(business: Engine, add: Callable[..., None]) -> None:
    wrong = {"customer_id": "nobody", "currency": "USD", "owed_from": FEB_5, "owed_until": FEB_5}
    with business.begin() as c:
        add(c, t.invoice_due, invoice_id="i1", seq=2, **wrong)
        assert copies(c, 2) == copies(c)
        c.execute(t.invoice_due.update().values(currency="USD", owed_from=FEB_5))
        assert copies(c) == (uid("c1"), "EUR", JAN_1, None)


@pytest.mark.parametrize(
    ("changed", "owed"),
    [
        pytest.param({"status": "draft"}, (None, None), id="a draft is not owed"),
        pytest.param({"issued_on": FEB_1}, (FEB_1, None), id="issued on another day"),
        pytest.param({"status": "void", "voided_on": FEB_5}, (JAN_1, FEB_5), id="void"),
        pytest.param({"status": "paid"}, (JAN_1, None), id="another status says nothing of the days"),
    ],
)
def test_an_instalment_is_owed_while_its_invoice_is(
    business: Engine, changed: dict[str, object], owed: tuple[date | None, date | None]
) -> None:
    with business.begin() as c:
        change(c, **changed)
        assert copies(c) == (uid("c1"), "EUR", *owed)
        change(c, status="open", issued_on=JAN_1, voided_on=None)
        assert copies(c) == (uid("c1"), "EUR", JAN_1, None)


def test_an_instalment_follows_the_customer_and_the_currency(
    business: Engine, add: Callable[..., None]
) -> None:
    with business.begin() as c:
        add(c, t.customer, customer_id="c2", external_id="C-2")
        change(c, customer_id=uid("c2"), currency="USD")
        assert copies(c) == (uid("c2"), "USD", JAN_1, None)


def test_an_instalment_of_no_invoice_is_refused(business: Engine, add: Callable[..., None]) -> None:
    with (
        pytest.raises(Refused, match=r"is of invoice .* which is not there") as refused,
        business.begin() as c,
    ):
        add(c, t.invoice_due, invoice_id="nowhere", seq=1)
    assert refused.value.sqlstate == "23503"


def test_an_application_sees_to_it_like_the_owner(
    business: Engine, app: Engine, add: Callable[..., None]
) -> None:
    with business.begin() as c:
        change(c, total_minor=2000)
    with begin_as(app, "acme") as c:
        add(c, t.invoice_due, invoice_id="i1", seq=2)
        change(c, status="void", voided_on=FEB_5)
        assert copies(c) == copies(c, 2) == (uid("c1"), "EUR", JAN_1, FEB_5)
