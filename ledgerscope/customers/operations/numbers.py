"""Numbers without gaps: whoever takes the next one keeps others waiting until its transaction ends."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["NumberBlock", "is_of_series", "next_number", "number_at"]


@dataclass(frozen=True, slots=True)
class _Series:
    """How numbers of a series look (`prefix`, then at least six digits), and the table that keeps them."""

    prefix: str
    table: str
    column: str


_SERIES: Final = {
    "customer": _Series("C-", "customer", "customer_number"),
    "invoice": _Series("INV-", "invoice", "number"),
    "credit_note": _Series("CN-", "credit_note", "number"),
}
_NEXT: Final = text("""
    update number_series set last = last + 1 where tenant_id = :tenant and series = :series returning last
""")
_GIVE_BACK: Final = text("""
    update number_series set last = last - 1 where tenant_id = :tenant and series = :series returning last
""")
_KEEP: Final = text("update number_series set last = :last where tenant_id = :tenant and series = :series")


def next_number(connection: Connection, tenant_id: str, series: str) -> str:
    """The next number of a series of a company; the first follows the highest that is there already."""
    parameters = {"tenant": tenant_id, "series": series}
    last = connection.execute(_NEXT, parameters).scalar_one_or_none()
    if last is None:
        last = connection.execute(text(_first(_SERIES[series])), parameters).scalar_one()
    return number_at(series, last)


def number_at(series: str, place: int) -> str:
    """The number at a place of a series; the first place is 1."""
    return f"{_SERIES[series].prefix}{place:06d}"


def is_of_series(series: str, number: str) -> bool:
    """Whether a number looks like those of a series, which would stand in the way of one to come."""
    return re.fullmatch(_pattern(_SERIES[series]), number, re.ASCII) is not None


def _pattern(series: _Series) -> str:
    return f"^{series.prefix}([0-9]{{1,15}})$"


class NumberBlock:
    """Consecutive numbers of a series; `write` keeps how many were used, before the transaction ends.

    Whoever holds a block keeps others waiting, as with a single number.
    """

    def __init__(self, connection: Connection, tenant_id: str, series: str) -> None:
        self._connection = connection
        self._parameters: dict[str, object] = {"tenant": tenant_id, "series": series}
        self._prefix = _SERIES[series].prefix
        next_number(connection, tenant_id, series)
        self._last = connection.execute(_GIVE_BACK, self._parameters).scalar_one()

    @property
    def next(self) -> str:
        """The number that comes next; it stays so until it is used."""
        return self.coming(1)[0]

    def coming(self, count: int) -> list[str]:
        """The next number and those after it."""
        return [f"{self._prefix}{self._last + place:06d}" for place in range(1, count + 1)]

    def use(self) -> None:
        """The next number is taken."""
        self._last += 1

    def write(self) -> None:
        """Keep the number that was used last."""
        self._connection.execute(_KEEP, {**self._parameters, "last": self._last})


def _first(series: _Series) -> str:
    pattern = _pattern(series)
    return f"""
        insert into number_series (tenant_id, series, last)
        select :tenant, :series, 1 + coalesce(max(substring({series.column} from '{pattern}')::bigint), 0)
        from {series.table} where tenant_id = :tenant
        on conflict (tenant_id, series) do update set last = number_series.last + 1
        returning last
    """  # noqa: S608 - of literals of this file
