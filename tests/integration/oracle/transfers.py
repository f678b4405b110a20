"""What imports took in, and how large the files of exports are."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from tests.integration.oracle.counters import Tally

if TYPE_CHECKING:
    from tests.integration.oracle.moment import Moment
    from tests.integration.oracle.values import Labels

BOUNDS: Final = (1_000, 10_000, 100_000, 10**6, 5 * 10**6, 10**7, 5 * 10**7, 10**8, 5 * 10**8, 10**9)


def imported_rows(now: Moment) -> dict[Labels, Tally]:
    found: dict[Labels, Tally] = defaultdict(Tally)
    for row in now.company.of("import_batch"):
        if row.finished_at is not None and row.finished_at <= now.t:
            found["created",].count += row.rows_created
            found["updated",].count += row.rows_updated
            found["unchanged",].count += row.rows_unchanged
            found["skipped",].count += row.rows_skipped
            found["failed",].count += row.rows_rejected
    return found


def exported_files(now: Moment) -> dict[Labels, Tally]:
    found: dict[Labels, Tally] = defaultdict(Tally)
    for row in now.company.of("export_run"):
        if row.outcome == "success" and row.at <= now.t:
            found[row.format,].sum += row.size_bytes
            found[row.format,].buckets[sum(row.size_bytes > bound for bound in BOUNDS)] += 1
    return found
