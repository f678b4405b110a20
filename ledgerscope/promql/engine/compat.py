"""What differs between the generations of Prometheus that the engine can follow.

Each difference is one named switch, so that code asks what it wants to know and never for a version.
"""

from __future__ import annotations

from ledgerscope.promql.records import dataclass
from ledgerscope.promql.samples.labels import METRIC_NAME, SCHEMA_LABELS


@dataclass(frozen=True, slots=True)
class Compat:
    """The arithmetic and the boundaries of one generation of Prometheus."""

    name: str
    #: A range excludes its left end, and a sample exactly one lookback old is gone.
    left_open: bool
    #: Sums and averages of series are compensated; totals that overflow are averaged incrementally.
    compensated_aggregation: bool
    #: The threshold for extrapolating is applied before the counter's zero point, not after it.
    threshold_before_zero_point: bool
    #: Two partners of one series are an error even where a comparison would have filtered them out.
    filtered_pairs_count: bool
    #: Classic buckets that differ by rounding only count as equal.
    tolerant_buckets: bool
    #: Labels that go when an operation changes what the values mean.
    schema_labels: frozenset[str]
    #: A pattern of label_replace is read as since Prometheus 3: `.` matches line breaks, and `(?<name>)` is
    #: a group.
    dot_all: bool
    #: A label may be called anything, not only what a letter or `_` begins and digits go on.
    utf8_names: bool
    #: `atan2` changes what the values mean, as the other arithmetic operators do.
    atan2_drops_name: bool


PROMETHEUS_2 = Compat(
    name="2",
    left_open=False,
    compensated_aggregation=False,
    threshold_before_zero_point=False,
    filtered_pairs_count=False,
    tolerant_buckets=False,
    schema_labels=frozenset({METRIC_NAME}),
    dot_all=False,
    utf8_names=False,
    atan2_drops_name=False,
)

PROMETHEUS_3 = Compat(
    name="3",
    left_open=True,
    compensated_aggregation=True,
    threshold_before_zero_point=True,
    filtered_pairs_count=True,
    tolerant_buckets=True,
    schema_labels=SCHEMA_LABELS,
    dot_all=True,
    utf8_names=True,
    atan2_drops_name=True,
)

GENERATIONS = {each.name: each for each in (PROMETHEUS_2, PROMETHEUS_3)}
