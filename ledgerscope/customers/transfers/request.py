"""What is asked of an import, and what comes of it."""

from __future__ import annotations

import codecs
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from ledgerscope.customers.decision import Fault, Refused
from ledgerscope.customers.operations.content import content_hash
from ledgerscope.customers.transfers.columns import check_mapping
from ledgerscope.customers.transfers.files.csv_rows import DELIMITERS
from ledgerscope.store.tables.values import IMPORT_FORMATS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ledgerscope.customers.transfers.problems import Problem
    from ledgerscope.customers.transfers.rows import Kind
    from ledgerscope.store.records import Id

__all__ = ["Counts", "ImportCustomers", "ImportResult", "check_request"]

ONLY: Final = ("create", "update")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportCustomers:
    """A file of customers, and how it is taken in; what is left out is found out from the file.

    A row whose external id a customer has updates that customer, any other row creates one. `mapping` names
    the field of a column, or an empty text for a column that is not read. Empty cells leave a field as it is;
    with `clear` they empty it. `only` = `create` or `update` passes over the rows that would do the other.
    With `all_or_nothing` the file is checked first, and nothing is taken in where a row fails.
    """

    path: Path
    format: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    clear: bool = False
    only: str | None = None
    all_or_nothing: bool = False

    @property
    def settings(self) -> dict[str, Any]:
        """All but the place of the file: what a resumption must ask for again."""
        return {name: value for name, value in asdict(self).items() if name != "path"}

    @property
    def settings_hash(self) -> bytes:
        """The settings as one value."""
        return content_hash("import", self.settings)


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows by what became of them; `failed` were not taken in, `skipped` were empty or not asked for."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    failed: int = 0

    @property
    def total(self) -> int:
        """All rows."""
        return self.accepted + self.skipped + self.failed

    @property
    def accepted(self) -> int:
        """The rows that say what the customers now are."""
        return self.created + self.updated + self.unchanged

    def plus(self, kind: Kind, rows: int = 1) -> Counts:
        """So many more rows of a kind."""
        return replace(self, **{kind: getattr(self, kind) + rows})

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportResult:
    """What came of an import: `outcome` is success, partial (some rows failed) or failure (nothing came in).

    `import_batch_id` is None after a dry run, which changes nothing. `broken`: the file could not be read, or
    not to its end, and what follows the last row that is counted was not looked at. `first_problems` are at
    most twenty of the `problems`; the import itself keeps ten thousand.
    """

    import_batch_id: Id | None
    format: str
    outcome: str
    counts: Counts
    problems: int
    first_problems: tuple[Problem, ...] = ()
    encoding: str | None = None
    delimiter: str | None = None
    broken: bool = False


def check_request(asked: ImportCustomers) -> Refused | None:
    """What is wrong with a request, whatever the file."""
    if asked.format is not None and asked.format not in IMPORT_FORMATS:
        return Refused(f"format: one of {', '.join(IMPORT_FORMATS)}", Fault.INVALID, "format")
    if asked.delimiter is not None and asked.delimiter not in DELIMITERS:
        known = ", ".join(DELIMITERS.values())
        return Refused(f"delimiter: one of {known}; not {asked.delimiter!r}", Fault.INVALID, "delimiter")
    if asked.only is not None and asked.only not in ONLY:
        return Refused(f"only: one of {', '.join(ONLY)}; not {asked.only!r}", Fault.INVALID, "only")
    if asked.encoding is not None and not _is_encoding(asked.encoding):
        return Refused(
            f"encoding: {asked.encoding!r} is none, as utf-8 or windows-1252 is", Fault.INVALID, "encoding"
        )
    return check_mapping(asked.mapping)


def _is_encoding(name: str) -> bool:
    """Whether a name is that of an encoding of text; Python has others too."""
    try:
        return isinstance(codecs.decode(b"", name), str) and bool("".encode(name) or True)
    except (LookupError, TypeError, ValueError):
        return False
