"""PostgreSQL's transaction snapshots as values: which transactions a reader could see.

Pure. Guards the exactly-once rule of the tallies: what is new is what the later of two snapshots sees and the
earlier one did not.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Visibility"]


@dataclass(frozen=True, slots=True)
class Visibility:
    """A `pg_snapshot`: everything before `xmin` is seen, nothing from `xmax` on, `in_progress` is not.

    Source: PostgreSQL manual, "Transaction ID and Snapshot Information Functions".
    """

    xmin: int
    xmax: int
    in_progress: frozenset[int] = frozenset()

    @classmethod
    def parse(cls, text: str) -> Visibility:
        """Read the server's text form `xmin:xmax:xip,xip,...`; raises ValueError for anything else."""
        xmin, xmax, in_progress = text.split(":")
        return cls(int(xmin), int(xmax), frozenset(map(int, filter(None, in_progress.split(",")))))

    def __str__(self) -> str:
        return f"{self.xmin}:{self.xmax}:{','.join(map(str, sorted(self.in_progress)))}"

    def sees(self, xid: int) -> bool:
        """Whether a transaction had ended when the snapshot was taken."""
        return xid < self.xmax and xid not in self.in_progress

    def follows(self, earlier: Visibility) -> bool:
        """Whether everything the earlier one sees is seen here too.

        False means that time ran backwards: the cluster was restored from an older copy.
        """
        return self.xmax >= earlier.xmax and not any(earlier.sees(xid) for xid in self.in_progress)
