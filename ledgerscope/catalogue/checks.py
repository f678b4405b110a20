"""The catalogue's checks on itself: naming, units, labels and bounds. Adding a check is adding a line.

All findings are reported in one run; a catalogue with a finding does not pass the tests.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from math import prod
from typing import TYPE_CHECKING

from ledgerscope.catalogue.metric import Kind, Unit
from ledgerscope.catalogue.owners import OWNERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ledgerscope.catalogue.metric import Label, Metric

__all__ = ["CHECKS", "Issue", "check"]

MAX_SERIES_PER_COMPANY = 3000

_METRIC_NAME = re.compile(r"[a-z][a-z0-9_]*")
_LABEL_NAME = re.compile(r"[a-z][a-z0-9_]*")
_RESERVED_SUFFIXES = ("_bucket", "_sum", "_count", "_created", "_info_total")
_TYPE_WORDS = frozenset({"counter", "gauge", "histogram", "summary", "metric"})
_ODD_UNITS = frozenset(
    {
        "milliseconds",
        "ms",
        "minutes",
        "hours",
        "days",
        "kilobytes",
        "kb",
        "mb",
        "megabytes",
        "percent",
        "cents",
    }
)
_RESERVED_LABELS = frozenset({"le", "quantile", "__name__", "alertname", "severity_override"})
_TARGET_LABELS = frozenset(
    {
        *("job", "instance", "region", "zone", "cluster", "customer", "owner", "service", "stage", "env"),
        *("namespace", "pod", "container", "node", "host", "monitor", "replica"),
    }
)
_OF_THE_PROCESS = frozenset(
    {
        "customer_request_duration_seconds",
        "telecom_billing_http_request_duration_seconds",
        "telecom_billing_http_requests_total",
    }
)
"""Names that source documents gave to what a process says of itself."""
_PERSONAL_LABELS = frozenset(
    {"name", "email", "phone", "address", "user", "user_id", "customer_id", "customer_name", "organization"}
)


@dataclass(frozen=True, slots=True)
class Issue:
    """One finding: which metric, what is wrong and what would be right."""

    metric: str
    message: str

    def __str__(self) -> str:
        return f"{self.metric}: {self.message}"


def check(metrics: Sequence[Metric]) -> list[Issue]:
    """Run every check over the metrics."""
    return [issue for one in CHECKS for issue in one(metrics)]


def _name_is_legal(metric: Metric) -> Iterator[str]:
    if not _METRIC_NAME.fullmatch(metric.name):
        yield "names are lower case letters, digits and underscores, beginning with a letter"


def _name_has_no_reserved_suffix(metric: Metric) -> Iterator[str]:
    for suffix in _RESERVED_SUFFIXES:
        if metric.name.endswith(suffix):
            yield f"the suffix {suffix} belongs to histograms and to Prometheus"


def _name_has_no_type(metric: Metric) -> Iterator[str]:
    for word in sorted(_TYPE_WORDS.intersection(metric.name.split("_"))):
        yield f"the type does not belong in the name: leave out {word!r}"


def _total_means_counter(metric: Metric) -> Iterator[str]:
    if (metric.kind is Kind.COUNTER) != metric.name.endswith("_total"):
        yield "counters end in _total, and nothing else does"


def _name_ends_in_its_unit(metric: Metric) -> Iterator[str]:
    stem = metric.name.removesuffix("_total")
    if metric.unit.suffix and not stem.endswith(metric.unit.suffix):
        yield f"values in {metric.unit.meaning} need the suffix {metric.unit.suffix}"


def _name_uses_base_units(metric: Metric) -> Iterator[str]:
    for word in sorted(_ODD_UNITS.intersection(metric.name.split("_"))):
        yield f"{word!r} is no base unit: use seconds, bytes or a ratio"


def _help_is_a_sentence(metric: Metric) -> Iterator[str]:
    if not metric.help or metric.help != " ".join(metric.help.split()):
        yield "the help is one line of text"
    elif not metric.help.endswith("."):
        yield "the help ends with a full stop"


def _owner_is_known(metric: Metric) -> Iterator[str]:
    if metric.owner not in OWNERS:
        yield f"the owner {metric.owner.team!r} is not in owners.py"


def _buckets_belong_to_histograms(metric: Metric) -> Iterator[str]:
    if (metric.kind is Kind.HISTOGRAM) != bool(metric.buckets):
        yield "histograms have buckets, and nothing else does"
    if any(high <= low for low, high in pairwise(metric.buckets)):
        yield "bucket bounds rise strictly"


def _money_has_a_currency(metric: Metric) -> Iterator[str]:
    if (metric.unit is Unit.CURRENCY) and "currency" not in metric.label_names:
        yield "an amount of money needs the label currency"


def _company_comes_first(metric: Metric) -> Iterator[str]:
    business = not metric.name.startswith("ledgerscope_") and metric.name not in _OF_THE_PROCESS
    if business != (metric.label_names[:1] == ("company_id",)):
        yield "business metrics have company_id as first label, the exporter's own do not"


def _labels_are_distinct(metric: Metric) -> Iterator[str]:
    for name, times in Counter(metric.label_names).items():
        if times > 1:
            yield f"label {name} occurs {times} times"


def _series_are_bounded(metric: Metric) -> Iterator[str]:
    series = prod(label.size for label in metric.labels) * (len(metric.buckets) + 3 if metric.buckets else 1)
    if series > MAX_SERIES_PER_COMPANY * 4:
        yield f"up to {series} series per company; bound its labels more tightly"


def _impossible_sets_are_label_sets(metric: Metric) -> Iterator[str]:
    own = metric.labels[1:]
    for values in sorted(metric.impossible):
        if len(values) != len(own) or any(v not in lb.values for v, lb in zip(values, own, strict=False)):
            yield f"impossible combination {values!r} is no combination of its closed labels"


def _label_name_is_legal(label: Label) -> Iterator[str]:
    if not _LABEL_NAME.fullmatch(label.name) or label.name in _RESERVED_LABELS:
        yield f"label {label.name!r} is no legal name"


def _label_is_closed_or_bounded(label: Label) -> Iterator[str]:
    if bool(label.values) == bool(label.bound):
        yield f"label {label.name} needs either a closed list of values or a bound"
    if len(set(label.values)) != len(label.values):
        yield f"label {label.name} lists a value twice"


def _label_does_not_clash_with_targets(label: Label) -> Iterator[str]:
    if label.name in _TARGET_LABELS and not label.clash:
        yield f"label {label.name} is often a target label: rename it or state why it does not clash"


def _label_names_nobody(label: Label) -> Iterator[str]:
    if label.name in _PERSONAL_LABELS:
        yield f"label {label.name} would identify a customer or a person"


_METRIC_CHECKS: tuple[Callable[[Metric], Iterable[str]], ...] = (
    _name_is_legal,
    _name_has_no_reserved_suffix,
    _name_has_no_type,
    _total_means_counter,
    _name_ends_in_its_unit,
    _name_uses_base_units,
    _help_is_a_sentence,
    _owner_is_known,
    _buckets_belong_to_histograms,
    _money_has_a_currency,
    _company_comes_first,
    _labels_are_distinct,
    _series_are_bounded,
    _impossible_sets_are_label_sets,
)
_LABEL_CHECKS: tuple[Callable[[Label], Iterable[str]], ...] = (
    _label_name_is_legal,
    _label_is_closed_or_bounded,
    _label_does_not_clash_with_targets,
    _label_names_nobody,
)


def _each_metric(metrics: Sequence[Metric]) -> Iterator[Issue]:
    for metric in metrics:
        for one in _METRIC_CHECKS:
            yield from (Issue(metric.name, message) for message in one(metric))


def _each_label(metrics: Sequence[Metric]) -> Iterator[Issue]:
    for metric in metrics:
        for label in metric.labels:
            for one in _LABEL_CHECKS:
                yield from (Issue(metric.name, message) for message in one(label))


def _names_are_unique(metrics: Sequence[Metric]) -> Iterator[Issue]:
    series = Counter(name for metric in metrics for name in metric.series_names)
    for name, times in series.items():
        if times > 1:
            yield Issue(name, f"{times} metrics share this name; a name has one type and one label set")


CHECKS: tuple[Callable[[Sequence[Metric]], Iterable[Issue]], ...] = (
    _each_metric,
    _each_label,
    _names_are_unique,
)
