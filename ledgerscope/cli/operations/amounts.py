"""Amounts as they are typed: decimal numbers of major units, in a currency that is named or known.

`--amount 12.50 --currency EUR` are 1250 minor units. Without --currency it is the currency of the customer,
or of the document that the amount is a part of. Nothing is rounded.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import click

from ledgerscope.cli.exits import WrongUsage
from ledgerscope.cli.operations.shown import amount_words
from ledgerscope.customers.operations.checks import LARGEST_MINOR
from ledgerscope.domain.money import EXPONENTS

if TYPE_CHECKING:
    from collections.abc import Callable

    Option = Callable[[Callable[..., Any]], Callable[..., Any]]

__all__ = ["AMOUNT", "Amount", "amount_option", "currency_of", "currency_option", "minor_of"]

_NUMBER: Final = re.compile(r"-?(0|[1-9][0-9]*)(?:\.([0-9]+))?", re.ASCII)
_MOST_DIGITS: Final = 18
"""Before the point, and half as many after it: more than any amount has, and exact in any arithmetic."""
_LARGEST: Final = len(str(LARGEST_MINOR))
_FINEST: Final = max(EXPONENTS.values())
_SHOWN: Final = 40


class Amount(click.ParamType[Decimal]):
    """A decimal number of major units, zero or more."""

    name = "amount"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:  # noqa: ARG002 - click's
        if isinstance(value, Decimal):
            return value
        name = "the amount" if param is None else param.opts[0]
        shown = value if len(value) <= _SHOWN else f"{value[: _SHOWN - 1]}…"
        parts = _NUMBER.fullmatch(value)
        if parts is None:
            raise WrongUsage(
                f"{name}: {shown!r} is no amount; write a decimal number with a point, as 1250.00"
            )
        whole, decimals = parts.groups(default="")
        if len(whole) > _MOST_DIGITS:
            said = f"a number of {len(whole)} digits is too much; the largest amounts have {_LARGEST}"
            raise WrongUsage(f"{name}: {said}")
        if len(decimals) > _MOST_DIGITS // 2:
            raise WrongUsage(f"{name}: {shown} has too many decimals; no currency has more than {_FINEST}")
        if value.startswith("-"):
            raise WrongUsage(f"{name}: {value} is negative; write it without a sign")
        return Decimal(value)


AMOUNT: Final = Amount()


def amount_option(
    name: str = "--amount", *, required: bool = True, text: str = "Major units, as 1250.00."
) -> Option:
    """An option that is an amount."""
    return click.option(name, type=AMOUNT, required=required, metavar="NUMBER", help=text)


def currency_option(otherwise: str = "the customer's") -> Option:
    """The option --currency."""
    return click.option("--currency", metavar="CODE", help=f"ISO 4217, as EUR.  [default: {otherwise}]")


def currency_of(given: str | None, own: str, whose: str = "") -> str:
    """The currency of an amount; where it belongs to a document (`whose`), the two have to agree."""
    if given is not None and given not in EXPONENTS:
        near = given.upper()
        hint = f"write {near}" if near in EXPONENTS else "write the code of ISO 4217, as EUR"
        raise WrongUsage(f"--currency: {given!r} is no currency; {hint}")
    if given is not None and whose and given != own:
        raise WrongUsage(f"--currency: {whose} is in {own}, not {given}; leave it out, or write {own}")
    return given or own


def minor_of(amount: Decimal, currency: str, option: str = "--amount", *, zero: bool = False) -> int:
    """The amount in minor units; the command ends where the currency has fewer decimals, or it is too large.

    `zero`: nothing is an amount too.
    """
    places = EXPONENTS[currency]
    scaled = amount.scaleb(places)
    if scaled != scaled.to_integral_value():
        allowed = f"at most {places} decimals" if places else "no decimals"
        raise WrongUsage(f"{option}: {amount} has too many decimals; {currency} has {allowed}")
    if scaled > LARGEST_MINOR:
        raise WrongUsage(f"{option}: {amount} is too much; at most {amount_words(LARGEST_MINOR, currency)}")
    if not (scaled or zero):
        raise WrongUsage(f"{option}: {amount} is too little; more than 0")
    return int(scaled)
