"""The CDNOW purchase history as a company: a record shop, its 23,570 customers and what they bought.

Source: the file that the distribution Lifetimes (MIT) carries: per line a customer, a date, a number of
CDs and an amount in US dollars. Every line is an invoice that was due and paid on its day; an order of no
value is an invoice of zero, settled by nothing. The distribution is only asked for its file, never imported.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from importlib.metadata import PackageNotFoundError, files
from itertools import count, groupby, islice
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from ledgerscope.customers import Call, Moment, Refused
from ledgerscope.customers.credit import Position
from ledgerscope.customers.lifecycle.creation import Book, NewCustomer, create_customer, customer_id_of
from ledgerscope.customers.operations.numbers import number_at
from ledgerscope.customers.receivables import Documents
from ledgerscope.customers.receivables.issuing import Billing, NewInvoice, issue
from ledgerscope.customers.receivables.money import Books, NewPayment, receive
from ledgerscope.demo import names
from ledgerscope.demo.currencies import CURRENCIES
from ledgerscope.demo.dates import Calendar
from ledgerscope.demo.errors import DatasetMissing
from ledgerscope.demo.random_source import RandomSource
from ledgerscope.store.changes_batch import Batch
from ledgerscope.store.records import Milestone, Tenant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledgerscope.customers import Decision
    from ledgerscope.store.changes import Changes
    from ledgerscope.store.records import Id

__all__ = ["CURRENCY", "TENANT", "Order", "expected_rows", "find_file", "generate", "read_orders"]

TENANT: Final = "cdnow"
CURRENCY: Final = "USD"
_ZONE: Final = "America/New_York"
_DISTRIBUTION: Final = "Lifetimes"
_FILE: Final = "CDNOW_master.txt"
_CHAPTER: Final = 2000
_ORDER_TIME: Final = time(12)
_EXPECTED_ROWS: Final = 744_000
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
    places = count(1)
    while chapter := [[*bought] for _, bought in islice(customers, _CHAPTER)]:
        batch = Batch()
        for bought in chapter:
            shop.write_customer(batch, bought, next(places))
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

    def write_customer(self, batch: Batch, orders: list[Order], place: int) -> None:
        """A customer exists from its first order on; `place` is that of its number in the series."""
        number = orders[0].customer
        random = RandomSource(self._seed, TENANT, number)
        call = self._call(orders[0].day, "import", random)
        person, customer_id = names.person(random), customer_id_of(call)
        new = NewCustomer(
            name=person, email=names.email(random, person, int(number)), terms_days=0, external_id=number
        )
        batch.apply(
            _made(create_customer(Book(CURRENCIES, CURRENCY, number_at("customer", place)), new, call))
        )
        batch.add(Milestone(TENANT, customer_id, "paid", call.moment.at))
        for order_no, order in enumerate(orders, 1):
            self._write_order(batch, random, customer_id, f"{number}-{order_no}", order)

    def _write_order(
        self, batch: Batch, random: RandomSource, customer_id: Id, number: str, order: Order
    ) -> None:
        """An invoice that is due on its day and, where it has a value, paid at once."""
        billed = self._call(order.day, "shop", random)
        position = Position(customer_id, CURRENCY, {}, {})
        billing = Billing(position=position, terms_days=0, currencies=CURRENCIES)
        new = NewInvoice(customer_id=customer_id, total_minor=order.cents, number=number)
        changes = _made(issue(billing, new, billed))
        batch.apply(changes)
        if order.cents:
            self._write_payment(batch, random, customer_id, Documents(changes.rows), order)

    def _write_payment(
        self, batch: Batch, random: RandomSource, customer_id: Id, documents: Documents, order: Order
    ) -> None:
        invoices = tuple(map(documents.invoice, documents.open_ids))
        books = Books(
            customer_id=customer_id, own_currency=CURRENCY, currencies=CURRENCIES, invoices=invoices
        )
        new = NewPayment(customer_id=customer_id, amount_minor=order.cents, method="card")
        batch.apply(_made(receive(books, new, self._call(order.day, "shop", random))))

    def _call(self, day: date, actor: str, random: RandomSource) -> Call:
        moment = Moment(TENANT, self.calendar.at(day, _ORDER_TIME), day)
        return Call(moment=moment, actor=actor, request_id=random.id(), source="import")


def _made(decision: Decision) -> Changes:
    """The changes of a decision that cannot be refused; raises ValueError where it was."""
    if isinstance(decision, Refused):
        raise ValueError(decision.reason)  # noqa: TRY004 -- what was asked is wrong, not its type
    return decision
