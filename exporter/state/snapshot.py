"""What one successful run of a collector leaves behind: an immutable slot of bytes ready to be served.

Built in the worker right after the run. A slot replaces the one before as a whole, so a series that the run
did not return is gone from the next page, and a page never holds half of a run.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

from exporter.exposition.gzip_member import deflate
from exporter.exposition.text import Format, render

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from collectors.base import Reading
    from exporter.exposition.text import Block

__all__ = ["Part", "Slot", "take"]


@dataclass(frozen=True, slots=True)
class Part:
    """A collector's share of a page in one format: the pieces in order, and the same compressed."""

    pieces: tuple[bytes, ...]
    deflated: bytes


@dataclass(frozen=True, slots=True)
class Slot:
    """The served values of one collector.

    `as_of` is the instant that the values describe: their age counts from there. `finished_at` is when the
    run succeeded. `readings` are kept for the JSON page alone. `isolated` names the companies whose values
    the run left out, each with the reason.
    """

    parts: Mapping[Format, Part]
    blocks: tuple[Block, ...]
    readings: tuple[Reading, ...]
    samples: int
    as_of: datetime
    finished_at: datetime
    isolated: Mapping[str, str] = field(default_factory=dict)


def take(
    readings: Sequence[Reading],
    *,
    as_of: datetime,
    finished_at: datetime,
    isolated: Mapping[str, str] | None = None,
) -> Slot:
    """Render and compress the readings of one run."""
    blocks = render(readings)
    return Slot(
        parts={form: _part(blocks, form) for form in Format},
        blocks=blocks,
        readings=tuple(readings),
        samples=sum(block.samples for block in blocks),
        as_of=as_of,
        finished_at=finished_at,
        isolated=dict(sorted((isolated or {}).items())),
    )


def _part(blocks: Sequence[Block], form: Format) -> Part:
    pieces = tuple(chain.from_iterable(block.pieces(form) for block in blocks))
    return Part(pieces, deflate(pieces))
