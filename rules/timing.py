"""The clock of the bundle: how often values are scraped, rules evaluated, and how long samples are kept.

Rules, panels, rule tests and the deployment take these from here, so that no window is shorter than the
samples it needs and none reaches further back than Prometheus remembers.
"""

from __future__ import annotations

from datetime import timedelta

__all__ = [
    "BUSINESS_INTERVAL",
    "EXPORTER_INTERVAL",
    "KEEP_FIRING",
    "MIN_HOLD",
    "MIN_RANGE",
    "MIN_RECORDED_RANGE",
    "RETENTION",
    "SCRAPE_INTERVAL",
    "duration",
]

SCRAPE_INTERVAL = timedelta(seconds=15)
EXPORTER_INTERVAL = SCRAPE_INTERVAL
"""Rules about the exporter itself are evaluated as often as it is scraped."""
BUSINESS_INTERVAL = timedelta(minutes=1)
"""Nobody decides on a business value faster than this, and a coarser grid costs fewer evaluations."""

MIN_RANGE = 4 * SCRAPE_INTERVAL
"""Two lost scrapes still leave the two samples that a rate needs."""
MIN_RECORDED_RANGE = 4 * BUSINESS_INTERVAL
"""The same for a window over a recording, which has a sample for each evaluation of its group."""
MIN_HOLD = 2 * SCRAPE_INTERVAL
"""One odd scrape alone never notifies anybody."""
RETENTION = timedelta(days=15)
"""What the Prometheus of docker-compose keeps; longer windows are computed in SQL."""

KEEP_FIRING = timedelta(minutes=5)
"""How long a business alert outlives its data: a restart of the exporter is no good news.

Longer than the alert on the absence of all exporters takes to fire, which then holds back all that follows.
"""

_UNITS = (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1))


def duration(span: timedelta) -> str:
    """The span as Prometheus writes it: `1h30m`."""
    left = round(span.total_seconds() * 1000)
    parts = []
    for unit, size in _UNITS:
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"
