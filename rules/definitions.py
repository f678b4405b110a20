"""The sections of the definitions page that explain the figures behind an expression."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledgerscope.catalogue.definitions import section_of
from rules.expressions import series_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ledgerscope.catalogue.definitions import Section
    from rules.model import RuleArea
    from rules.vocabulary import Vocabulary

__all__ = ["sections_behind"]


def sections_behind(
    exprs: Iterable[str], areas: Sequence[RuleArea], known: Vocabulary
) -> tuple[Section, ...]:
    """The sections of all metrics that the expressions read, also by way of recordings, each once."""
    recorded = {one.name: one.expr for area in areas for one in area.recordings}
    names = sorted({name for expr in exprs for name in _scraped(expr, recorded)})
    sections = (section_of(known.find(name).metric.name) for name in names)
    return tuple(dict.fromkeys(section for section in sections if section is not None))


def _scraped(expr: str, recorded: dict[str, str]) -> Iterator[str]:
    for name in series_names(expr):
        if name in recorded:
            yield from _scraped(recorded[name], recorded)
        else:
            yield name
