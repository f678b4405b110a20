"""What Prometheus itself writes: the series `up` and the labels that it adds to everything it scrapes."""

from __future__ import annotations

from ledgerscope.catalogue import Kind, Label, Metric, Unit
from ledgerscope.catalogue.owners import PLATFORM

__all__ = ["EXPORTER_JOB", "INSTANCE", "JOB", "METRICS", "TARGET_LABELS", "UP"]

EXPORTER_JOB = "ledgerscope"
"""Name of the scrape job in prometheus.yml; `up` is selected by it."""

JOB = Label(name="job", help="Scrape job.", bound=1, clash="this is the target label")
INSTANCE = Label(name="instance", help="Address of the exporter.", bound=4, clash="this is the target label")
TARGET_LABELS = (JOB, INSTANCE)

UP = Metric(
    name="up",
    kind=Kind.GAUGE,
    help="Whether Prometheus could scrape the target.",
    unit=Unit.COUNT,
    labels=TARGET_LABELS,
    owner=PLATFORM,
)
METRICS = (UP,)
