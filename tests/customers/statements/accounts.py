"""Accounts written by hand, and who they are of."""

from __future__ import annotations

from datetime import date

from ledgerscope.customers.statements.account import Account, Kind, Title
from ledgerscope.customers.statements.rendering import Parties
from ledgerscope.customers.statements.statement import AccountStatement, Period, make_statement
from ledgerscope.domain.aging import Claim, Credit, Instalment, Ledger

FEBRUARY = Period(date(2026, 2, 1), date(2026, 2, 28))
NORTHWIND = Parties("Acme Telecom", "Northwind Trading", "C-000001", "12 Harbour Road\nLiverpool")


def statement(
    *invoices: tuple[str, str, int], payments: tuple[tuple[str, str, int], ...] = (), currency: str = "EUR"
) -> AccountStatement:
    """Of February 2026: number (or method), day, minor units of each document; invoices are due at once."""
    titles: dict[Claim | Credit, Title] = {}
    claims, money = [], []
    for number, on, minor in invoices:
        claims.append(Claim(currency, minor, _day(on), (Instalment(1, _day(on), minor),)))
        titles[claims[-1]] = Title(Kind.INVOICE, number)
    for method, on, minor in payments:
        money.append(Credit(currency, minor, _day(on)))
        titles[money[-1]] = Title(Kind.PAYMENT, method)
    account = Account(currency, Ledger(tuple(claims), tuple(money), ()), titles)
    return make_statement(account, FEBRUARY, FEBRUARY.last)


def _day(text: str) -> date:
    return date.fromisoformat(f"2026-{text}")
