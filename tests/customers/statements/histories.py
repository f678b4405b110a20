"""Random accounts: documents in every state, of a customer and of another one that pays for it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from ledgerscope.customers.statements.account import Account, Kind, Returned, Title
from ledgerscope.domain.aging import Allocation, Claim, Credit, Instalment, Ledger

if TYPE_CHECKING:
    from collections.abc import Callable

FIRST = date(2026, 1, 1)
DAYS = st.integers(0, 120).map(lambda n: FIRST + timedelta(days=n))
AMOUNTS = st.integers(1, 999)
MAYBE_DAY = st.none() | DAYS


@st.composite
def claims(draw: Callable[[Any], Any]) -> Claim:
    issued = draw(MAYBE_DAY)
    parts = draw(st.lists(st.tuples(DAYS, AMOUNTS), max_size=3))
    in_parts = sum(minor for _, minor in parts)
    total = draw(st.just(in_parts) | st.integers(0, 999))
    voided = draw(MAYBE_DAY)
    return Claim(
        "EUR", total, issued,
        tuple(Instalment(seq, due, minor) for seq, (due, minor) in enumerate(parts, start=1)),
        None if issued is None or voided is None else max(issued, voided),
    )  # fmt: skip


@st.composite
def credits_(draw: Callable[[Any], Any]) -> Credit:
    given = draw(DAYS)
    ended = draw(MAYBE_DAY)
    kinds = st.sampled_from((Kind.REFUND, Kind.PAYMENT_REVERSED))
    back = draw(st.lists(st.builds(Returned, AMOUNTS, DAYS, kinds), max_size=2))
    is_write_off = draw(st.booleans())
    return Credit(
        "EUR", draw(AMOUNTS), given,
        None if is_write_off or ended is None else max(given, ended),
        () if is_write_off else tuple(back), is_write_off,
    )  # fmt: skip


@st.composite
def ledgers(draw: Callable[[Any], Any]) -> Ledger:
    """The documents of a whole company."""
    owed = draw(st.lists(claims(), max_size=4))
    given = draw(st.lists(credits_(), max_size=4))
    places = [(credit, claim, part.seq) for credit in given for claim in owed for part in claim.instalments]
    allocations = []
    for credit, claim, seq in draw(st.lists(st.sampled_from(places), max_size=6)) if places else ():
        amount, on = draw(AMOUNTS), draw(DAYS)
        allocations.append(Allocation(credit, claim, seq, amount, on))
        if draw(st.booleans()):
            allocations.append(Allocation(credit, claim, seq, -draw(st.integers(1, amount)), draw(DAYS)))
    return Ledger(tuple(owed), tuple(given), tuple(allocations))


def account_of(ledger: Ledger, claims: tuple[Claim, ...], money: tuple[Credit, ...]) -> Account:
    """The account of the customer that has these documents; money holds no write-offs."""
    own = {*map(id, claims), *map(id, money)}
    titles: dict[Claim | Credit, Title] = {
        claim: Title(Kind.INVOICE, f"I-{place}") for place, claim in enumerate(claims)
    }
    titles |= {
        credit: Title((Kind.PAYMENT, Kind.CREDIT_NOTE)[place % 2], f"M-{place}")
        for place, credit in enumerate(money)
    }
    touching = tuple(
        one
        for one in ledger.allocations
        if id(one.claim) in own or (id(one.credit) in own and not one.credit.is_write_off)
    )
    return Account("EUR", Ledger(claims, money, touching), titles)
