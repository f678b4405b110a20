"""What an expression evaluates to: a vector, a scalar, a string or a matrix, each along the whole time axis.

A vector is a block: one row per series, one column per instant, and a mask of what is there. Arrays of a
value are never written to after it was made, so that results can be shared between rules.
"""

from __future__ import annotations

from dataclasses import field, replace
from typing import TYPE_CHECKING

import numpy as np

from ledgerscope.promql.errors import EvaluationError
from ledgerscope.promql.records import dataclass
from ledgerscope.promql.samples.axis import in_any_instant
from ledgerscope.promql.samples.labels import EMPTY, Labels

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ledgerscope.promql.histograms.histogram import Histogram
    from ledgerscope.promql.samples.axis import Axis, Booleans, Floats, Integers, Objects
    from ledgerscope.promql.samples.storage import Samples

DUPLICATE_LABELSET = "vector cannot contain metrics with the same labelset"


@dataclass(frozen=True, slots=True)
class Sample:
    """One series at one instant: a float, or a native histogram (then `value` is 0)."""

    labels: Labels
    value: float
    histogram: Histogram | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One series of a vector along the axis: `values` count only where `present`."""

    labels: Labels
    values: Floats
    present: Booleans
    histograms: Objects | None = None


@dataclass(frozen=True, slots=True)
class Vector:
    """Series by instants. `drop_name` marks the series whose metric name goes when the evaluation is over."""

    axis: Axis
    labels: tuple[Labels, ...]
    values: Floats
    present: Booleans
    histograms: Objects | None = None
    drop_name: tuple[bool, ...] = ()

    def __post_init__(self) -> None:
        if len(self.drop_name) != len(self.labels):
            object.__setattr__(self, "drop_name", (False,) * len(self.labels))

    @classmethod
    def empty(cls, axis: Axis) -> Vector:
        """No series at all."""
        return cls(axis, (), np.empty((0, axis.count)), np.zeros((0, axis.count), dtype=bool))

    @classmethod
    def of_row(cls, axis: Axis, labels: Labels, values: Floats, present: Booleans) -> Vector:
        """A single series."""
        return cls(axis, (labels,), values[np.newaxis, :], present[np.newaxis, :])

    def __len__(self) -> int:
        return len(self.labels)

    def __iter__(self) -> Iterator[Row]:
        for index, labels in enumerate(self.labels):
            histograms = None if self.histograms is None else self.histograms[index]
            yield Row(labels, self.values[index], self.present[index], histograms)

    @property
    def floats(self) -> Booleans:
        """Where there is a float sample."""
        return self.present if self.histograms is None else self.present & ~self.is_histogram

    @property
    def is_histogram(self) -> Booleans:
        """Where there is a native histogram."""
        if self.histograms is None:
            return np.zeros_like(self.present)
        found: Booleans = np.not_equal(self.histograms, np.array(None))
        return found & self.present

    def at(self, column: int = 0) -> list[Sample]:
        """The samples at one instant, in the vector's order."""
        samples = []
        for index in np.flatnonzero(self.present[:, column]):
            histogram = None if self.histograms is None else self.histograms[index, column]
            samples.append(Sample(self.labels[index], float(self.values[index, column]), histogram))
        return samples

    def take(self, rows: Sequence[int] | Integers | Booleans) -> Vector:
        """Some of the series, in the given order."""
        index = np.asarray(rows)
        if index.dtype == bool:
            index = np.flatnonzero(index)
        index = index.astype(np.int64)
        return Vector(
            self.axis,
            tuple(self.labels[row] for row in index),
            self.values[index],
            self.present[index],
            None if self.histograms is None else self.histograms[index],
            tuple(self.drop_name[row] for row in index),
        )

    def floats_only(self) -> Vector:
        """Without the native histograms."""
        if self.histograms is None:
            return self
        return replace(self, present=self.floats, histograms=None)

    def negated(self) -> Vector:
        """Every sample with the opposite sign; names go."""
        histograms = None
        if self.histograms is not None:
            histograms = self.histograms.copy()
            for cell in zip(*np.nonzero(self.is_histogram), strict=True):
                histograms[cell] = histograms[cell].scaled(-1.0)
        return replace(self, values=-self.values, histograms=histograms, drop_name=(True,) * len(self))

    def seen(self) -> Vector:
        """Without the series that are nowhere present."""
        rows = in_any_instant(self.present)
        return self if rows.all() else self.take(rows)

    def sorted(self) -> Vector:
        """By labels, as range results are listed."""
        return self.take(sorted(range(len(self)), key=lambda row: self.labels[row].pairs))

    def spread(self, axis: Axis) -> Vector:
        """A vector of one instant, repeated over an axis."""
        shape = (len(self), axis.count)
        return Vector(
            axis,
            self.labels,
            np.broadcast_to(self.values, shape),
            np.broadcast_to(self.present, shape),
            None if self.histograms is None else np.broadcast_to(self.histograms, shape),
            self.drop_name,
        )

    def without_names(self, schema_labels: frozenset[str]) -> Vector:
        """Schema labels dropped where they are marked to be; series that become one are merged."""
        if not any(self.drop_name):
            return self
        labels = self.nameless_labels(schema_labels)
        return merge_equal(replace(self, labels=labels, drop_name=(False,) * len(labels)))

    def nameless_labels(self, schema_labels: frozenset[str]) -> tuple[Labels, ...]:
        """The labels without schema labels where those are marked to go."""
        return tuple(
            each.drop(schema_labels) if drop else each
            for each, drop in zip(self.labels, self.drop_name, strict=True)
        )


def merge_equal(vector: Vector) -> Vector:
    """Rows of equal labels made one; that both are present at one instant is an error."""
    if len(set(vector.labels)) == len(vector.labels):
        return vector
    rows: dict[Labels, list[int]] = {}
    for index, labels in enumerate(vector.labels):
        rows.setdefault(labels, []).append(index)
    groups = list(rows.values())
    if any((vector.present[group].sum(axis=0) > 1).any() for group in groups if len(group) > 1):
        raise EvaluationError(DUPLICATE_LABELSET)
    merged = vector.take([group[0] for group in groups])
    values, present = merged.values.copy(), merged.present.copy()
    histograms = None if merged.histograms is None else merged.histograms.copy()
    for target, group in enumerate(groups):
        for row in group[1:]:
            here = vector.present[row]
            values[target, here] = vector.values[row, here]
            present[target] |= here
            if histograms is not None and vector.histograms is not None:
                histograms[target, here] = vector.histograms[row, here]
    return replace(merged, values=values, present=present, histograms=histograms)


@dataclass(frozen=True, slots=True)
class Scalar:
    """A number at every instant."""

    axis: Axis
    values: Floats

    @classmethod
    def constant(cls, axis: Axis, value: float) -> Scalar:
        """The same number at every instant."""
        return cls(axis, np.full(axis.count, value))

    def spread(self, axis: Axis) -> Scalar:
        """A scalar of one instant, repeated over an axis."""
        return Scalar(axis, np.broadcast_to(self.values, (axis.count,)))

    def as_vector(self) -> Vector:
        """The scalar as a series without labels, as a range query returns it."""
        return Vector.of_row(self.axis, EMPTY, self.values, np.ones(self.axis.count, dtype=bool))


@dataclass(frozen=True, slots=True)
class String:
    """A piece of text; instant queries only."""

    text: str


@dataclass(frozen=True, slots=True)
class Matrix:
    """Raw samples per series: what a range selector by itself returns; instant queries only."""

    series: tuple[Samples, ...] = field(default=())


Value = Vector | Scalar | String | Matrix


@dataclass(frozen=True, slots=True)
class Result:
    """What an evaluation returns: the value and what there is to say about it."""

    value: Value
    warnings: tuple[str, ...] = ()
    infos: tuple[str, ...] = ()

    @property
    def vector(self) -> Vector:
        """The value as a vector (a scalar becomes a series without labels)."""
        if isinstance(self.value, Scalar):
            return self.value.as_vector()
        if isinstance(self.value, Vector):
            return self.value
        raise EvaluationError(f"expected a vector or a scalar, got a {type(self.value).__name__.lower()}")
