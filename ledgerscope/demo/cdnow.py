"""The CDNOW purchase history as a company: a record shop, its 23,570 customers and what they bought.

Source: the file that the distribution Lifetimes (MIT) carries: per line a customer, a date, a number of
CDs and an amount in US dollars. Every line is an invoice that was due and paid on its day; an order of no
value is an invoice of zero, settled by nothing. The distribution is only asked for its file, never imported.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from importlib.metadata import PackageNotFoundError, files
from itertools import groupby, islice
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from ledgerscope.demo import names
from ledgerscope.demo.dates import Calendar
from ledgerscope.demo.errors import DatasetMissing
from ledgerscope.demo.random_source import RandomSource
from ledgerscope.domain.events import EventType
from ledgerscope.store.changes_batch import Batch
from ledgerscope.store.records import (
    Allocation,
    Customer,
    Invoice,
    InvoiceDue,
    Milestone,
    Payment,
    StatusChange,
    Tenant,
    make_event,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledgerscope.store.records import Id

__all__ = ["CURRENCY", "TENANT", "Order", "expected_rows", "find_file", "generate", "read_orders"]

TENANT: Final = "cdnow"
CURRENCY: Final = "USD"
_ZONE: Final = "America/New_York"
_DISTRIBUTION: Final = "Lifetimes"
_FILE: Final = "CDNOW_master.txt"
_CHAPTER: Final = 2000
_ORDER_TIME: Final = time(12)
_EXPECTED_ROWS: Final = 515_000
_CUSTOMERS: Final = 23_570
_OPENED: Final = date(1997, 1, 1)


@dataclass(frozen=True, slots=True)
class Order:
    """One line of the file."""

    customer: str
    day: date
    cents: int


def expected_rows(scale: float) -> int:
    """About how many rows the history makes."""
    return int(_EXPECTED_ROWS * min(1.0, scale))


def find_file() -> Path:
    """The file of the installed distribution; raises DatasetMissing with the remedy."""
    try:
        listed = files(_DISTRIBUTION) or ()
    except PackageNotFoundError:
        raise DatasetMissing(_DISTRIBUTION, _FILE) from None
    for entry in listed:
        path = Path(str(entry.locate()))
        if entry.name == _FILE and path.is_file():
            return path
    raise DatasetMissing(_DISTRIBUTION, _FILE)


def generate(seed: int, scale: float, until: datetime, mark: str) -> Iterator[Batch]:
    """The history, chapter by chapter; orders after `until` are left out.

    A scale below 1 takes that share of the customers, the first of the file. The seed chooses their names.
    """
    shop = _Shop(seed)
    yield Batch([shop.tenant(mark)])
    last_day, last_customer = shop.calendar.day(until), _CUSTOMERS * scale
    orders = (
        order
        for order in read_orders(find_file())
        if order.day <= last_day and int(order.customer) <= last_customer
    )
    customers = groupby(orders, key=lambda order: order.customer)
    while chapter := [[*bought] for _, bought in islice(customers, _CHAPTER)]:
        batch = Batch()
        for bought in chapter:
            shop.write_customer(batch, bought)
        yield batch.in_order_of_time()


def read_orders(path: Path) -> Iterator[Order]:
    """The lines of the file, as they come: by customer, then by day. Amounts have two decimals."""
    with path.open(encoding="ascii") as lines:
        for line in lines:
            customer, day, _number_of_cds, dollars = line.split()
            if customer.isdigit():  # the first line names the columns
                units, cents = dollars.split(".")
                yield Order(customer, date.fromisoformat(day), int(units) * 100 + int(cents))


class _Shop:
    """Writes customers and their orders."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self.calendar = Calendar(ZoneInfo(_ZONE))

    def tenant(self, mark: str) -> Tenant:
        return Tenant(TENANT, "CDNOW", _ZONE, CURRENCY, mark, self.calendar.at(_OPENED, time()))

    def write_customer(self, batch: Batch, orders: list[Order]) -> None:
        """A customer exists from its first order on."""
        number = orders[0].customer
        random = RandomSource(self._seed, TENANT, number)
        customer_id, since = random.id(), self.calendar.at(orders[0].day, _ORDER_TIME)
        person = names.person(random)
        batch.add(
            Customer(
                TENANT, customer_id, number, person, names.email(random, person, int(number)), "active",
                False, CURRENCY, 0, "import", None, since, since,
            )
        )  # fmt: skip
        batch.add(StatusChange(TENANT, customer_id, None, "active", "first order", "import", since))
        batch.add(Milestone(TENANT, customer_id, "paid", since))
        batch.add(
            make_event(TENANT, EventType.CUSTOMER_CREATED, since, "import", "active", customer_id=customer_id)
        )
        for place, order in enumerate(orders, 1):
            self._write_order(batch, random, customer_id, f"{number}-{place}", order)

    def _write_order(
        self, batch: Batch, random: RandomSource, customer_id: Id, number: str, order: Order
    ) -> None:
        """An invoice that is due on its day and, where it has a value, paid at once."""
        invoice_id, when = random.id(), self.calendar.at(order.day, _ORDER_TIME)
        batch.add(
            Invoice(
                TENANT, invoice_id, customer_id, None, number, "paid", "one_time", order.day, when, None,
                CURRENCY, order.cents, 0, None,
            )
        )  # fmt: skip
        self._emit(batch, EventType.INVOICE_FINALISED, when, "one_time", customer_id, order.cents)
        if order.cents:
            self._write_payment(batch, random, customer_id, invoice_id, order, when)

    def _write_payment(
        self,
        batch: Batch,
        random: RandomSource,
        customer_id: Id,
        invoice_id: Id,
        order: Order,
        when: datetime,
    ) -> None:
        payment_id, day = random.id(), order.day
        batch.add(InvoiceDue(TENANT, invoice_id, 1, day, order.cents, order.cents, day))
        batch.add(
            Payment(
                TENANT, payment_id, customer_id, order.cents, CURRENCY, "card", "manual", day, when, None,
                None, order.cents, day,
            )
        )  # fmt: skip
        batch.add(
            Allocation(TENANT, random.id(), "payment", payment_id, invoice_id, 1, order.cents, day, when)
        )
        self._emit(batch, EventType.PAYMENT_SUCCEEDED, when, "manual", customer_id, order.cents)

    def _emit(
        self, batch: Batch, event_type: EventType, when: datetime, label: str, customer_id: Id, amount: int
    ) -> None:
        batch.add(
            make_event(
                TENANT, event_type, when, label, customer_id=customer_id, amount=amount, currency=CURRENCY
            )
        )
