"""What can go wrong in the exporter itself.

ExporterError
├── DuplicateMetric     two collectors claim one metric, so one page would hold it twice
├── InvalidReadings     a collector returned what the catalogue does not allow
│   ├── ForeignMetric       a metric that is not among the collector's own
│   ├── UnlistedValue       a label value outside the closed list of its label
│   ├── RepeatedSeries      one series twice, which Prometheus would refuse
│   └── TooManyTenants      more companies than the settings allow
├── InvalidSettings     the settings hold problems; they are listed, each with its place
└── CannotListen        the address and port to serve on cannot be used
"""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "CannotListen",
    "DuplicateMetric",
    "ExporterError",
    "ForeignMetric",
    "InvalidReadings",
    "InvalidSettings",
    "RepeatedSeries",
    "TooManyTenants",
    "UnlistedValue",
]


class ExporterError(Exception):
    """Base of all errors of the exporter."""


class DuplicateMetric(ExporterError):
    """Two collectors claim the same metric."""

    def __init__(self, metric: str, first: str, second: str) -> None:
        super().__init__(
            f"{metric} belongs to the collectors {first} and {second}; each metric belongs to exactly one"
        )
        self.metric, self.collectors = metric, (first, second)


class InvalidReadings(ExporterError):
    """A collector returned something that may not be served."""


class ForeignMetric(InvalidReadings):
    """A reading's metric is not one of its collector's."""

    def __init__(self, metric: str, collector: str, known: Sequence[str]) -> None:
        super().__init__(
            f"{collector} emitted {metric}, which it does not declare; it has {', '.join(known)}"
        )
        self.metric, self.collector = metric, collector


class UnlistedValue(InvalidReadings):
    """A label has a value outside its closed list."""

    def __init__(self, metric: str, label: str, values: Sequence[str], known: Sequence[str]) -> None:
        super().__init__(
            f"{metric}: label {label} has the value {', '.join(map(repr, values))}; "
            f"the catalogue knows {', '.join(known)}"
        )
        self.metric, self.label, self.values = metric, label, tuple(values)


class RepeatedSeries(InvalidReadings):
    """One series is given more than once."""

    def __init__(self, metric: str, labels: tuple[str, ...]) -> None:
        super().__init__(
            f"{metric}{{{', '.join(labels)}}} is given twice; a series has one value at an instant"
        )
        self.metric, self.labels = metric, labels


class TooManyTenants(InvalidReadings):
    """There are more companies than may be served."""

    def __init__(self, found: int, limit: int) -> None:
        super().__init__(
            f"the readings are about {found} companies, the setting tenants.limit allows {limit}; "
            f"raise it if Prometheus can hold that many series"
        )
        self.found, self.limit = found, limit


class InvalidSettings(ExporterError):
    """The settings cannot be used; `problems` says where and why."""

    def __init__(self, problems: Sequence[object]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


class CannotListen(ExporterError):
    """The port is taken or reserved, or the address is not one of this machine."""

    def __init__(self, address: str, port: int, error: OSError) -> None:
        wrong, right = _LISTENING.get(error.errno or 0, (error.strerror or str(error), _OTHER_ADDRESS))
        super().__init__(f"cannot listen on {address}:{port}: {wrong}; {right}")
        self.address, self.port = address, port


_OTHER_ADDRESS = "choose an address of this machine with --address, for example 127.0.0.1"
_LISTENING = {
    errno.EADDRINUSE: ("the port is taken", "choose another with --port (0 takes any free one)"),
    errno.EACCES: ("the port needs special rights", "choose one above 1023 with --port"),
}
"""What went wrong, and what would be right."""
