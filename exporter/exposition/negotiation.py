"""Which format and encoding a scraper wants, from its Accept and Accept-Encoding headers (RFC 9110, 12.5).

A scrape never fails over a header: what cannot be satisfied or read is answered with text 0.0.4, unencoded.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from exporter.exposition.text import Format

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["choose_format", "gzip_wanted"]

_OFFERS: Mapping[tuple[str, str], Format] = {
    ("text/plain", ""): Format.TEXT,
    ("text/plain", "0.0.4"): Format.TEXT,
    ("application/openmetrics-text", ""): Format.OPENMETRICS,
    ("application/openmetrics-text", "1.0.0"): Format.OPENMETRICS,
    ("text/*", ""): Format.TEXT,
    ("*/*", ""): Format.TEXT,
}
"""Media range and version to what we serve for it."""


@dataclass(frozen=True, slots=True)
class _Choice:
    """One entry of a header: what is asked for, its version, and how much it is wanted, 0 to 1."""

    value: str
    version: str
    weight: float


@lru_cache(maxsize=64)
def choose_format(accept: str) -> Format:
    """The format that is wanted most; of equals the more specific one, then the one named first."""
    acceptable = [
        (choice.weight, -choice.value.count("*"), -position, form)
        for position, choice in enumerate(_choices(accept))
        if choice.weight and (form := _OFFERS.get((choice.value, choice.version)))
    ]
    return max(acceptable, key=lambda ranked: ranked[:3])[3] if acceptable else Format.TEXT


@lru_cache(maxsize=64)
def gzip_wanted(accept_encoding: str) -> bool:
    """Whether gzip is acceptable and not less wanted than no encoding."""
    weights = {choice.value: choice.weight for choice in _choices(accept_encoding)}
    gzip = weights.get("gzip", weights.get("x-gzip", weights.get("*", 0.0)))
    return gzip > 0 and gzip >= weights.get("identity", 0.0)


def _choices(header: str) -> Iterator[_Choice]:
    for entry in header.lower().split(","):
        value, *parameters = (part.strip() for part in entry.split(";"))
        given = dict(parameter.split("=", 1) for parameter in parameters if "=" in parameter)
        yield _Choice(value, given.get("version", "").strip('"'), _weight(given.get("q", "1")))


def _weight(text: str) -> float:
    try:
        return min(max(float(text), 0.0), 1.0)
    except ValueError:
        return 0.0
