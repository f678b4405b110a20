"""What expressions give in a Python test: comparable with plain dictionaries, readable when it is wrong."""

from __future__ import annotations

import math
import operator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ledgerscope.promql.errors import EvaluationError
from ledgerscope.promql.samples.labels import Labels
from ledgerscope.promql.syntax.parser import parse_metric
from ledgerscope.promql.template.floats import shortest
from ledgerscope.promql.testing.label_match import LabelCondition, check_conditions, described, meets
from ledgerscope.promql.testing.outcome import same_float
from ledgerscope.promql.testing.reports.plot import series_text, sparkline, spread
from ledgerscope.promql.text.durations import format_duration

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ledgerscope.promql.samples.values import Row, Sample, Vector


@dataclass(frozen=True, eq=False, repr=False)
class Instant:
    """The samples of an expression at one time. Equal to `{series: value}`, or to a number if it is alone."""

    expression: str
    at_ms: int
    samples: tuple[Sample, ...]

    @property
    def value(self) -> float:
        """The only sample's value. Raises EvaluationError where there is not exactly one."""
        if len(self.samples) != 1:
            raise EvaluationError(f"expected one sample, found {len(self.samples)}:\n{self.story()}")
        return self.samples[0].value

    @property
    def values(self) -> dict[str, float]:
        """Series as text to value."""
        return {series_text(each.labels): each.value for each in self.samples}

    def where(self, **labels: LabelCondition) -> Instant:
        """The samples whose labels meet the conditions; other labels do not matter."""
        check_conditions(labels)
        chosen = tuple(each for each in self.samples if meets(each.labels.as_dict(), labels))
        return Instant(f"{self.expression} where {described(labels)}", self.at_ms, chosen)

    def approx(self, expected: Mapping[str, float] | float, *, rel: float = 1e-9, abs: float = 0.0) -> bool:  # noqa: A002 - as in pytest.approx
        """Whether the same series are there with values that near."""
        wanted = _keyed(expected) if isinstance(expected, dict) else {}
        if not isinstance(expected, dict):
            return len(self.samples) == 1 and _near(self.value, float(expected), rel, abs)  # type: ignore[arg-type]  # a number
        found = {each.labels: each.value for each in self.samples}
        return found.keys() == wanted.keys() and all(
            _near(found[labels], wanted[labels], rel, abs) for labels in found
        )

    def __eq__(self, other: object) -> bool:
        if isinstance(other, dict):
            return _same({each.labels: each.value for each in self.samples}, _keyed(other))
        if isinstance(other, (int, float)):
            return len(self.samples) == 1 and same_float(float(other), self.samples[0].value)
        if hasattr(other, "expected"):  # pytest.approx compares from its own side
            return NotImplemented
        return bool(isinstance(other, Instant) and self.samples == other.samples)

    __hash__ = None  # type: ignore[assignment]  # equal to dictionaries, which have no hash

    def __lt__(self, other: float) -> bool:
        return self._compared(operator.lt, other)

    def __le__(self, other: float) -> bool:
        return self._compared(operator.le, other)

    def __gt__(self, other: float) -> bool:
        return self._compared(operator.gt, other)

    def __ge__(self, other: float) -> bool:
        return self._compared(operator.ge, other)

    def _compared(self, compare: Callable[[float, float], bool], other: object) -> bool:
        """The only sample's value against a number. Raises EvaluationError where there is not exactly one."""
        if isinstance(other, (int, float)):
            return compare(self.value, other)
        raise TypeError(f"the samples of {self.expression} are compared with a number, not with {other!r}")

    def explained_against(self, expected: Mapping[str, float]) -> list[str]:
        """What is not as expected, series by series: what pytest prints below a failed `==`."""
        found = {each.labels: each.value for each in self.samples}
        title = f"{self.expression} at {format_duration(self.at_ms)} is not as expected:"
        return [title, *_differences(_keyed(expected), found)]

    def __len__(self) -> int:
        return len(self.samples)

    def __iter__(self) -> Iterator[Sample]:
        return iter(self.samples)

    def __repr__(self) -> str:
        pairs = (f"{series_text(each.labels)!r}: {shortest(each.value)}" for each in self.samples)
        return "{" + ", ".join(pairs) + "}"

    def story(self) -> str:
        """The samples line by line, as a failed test prints them."""
        lines = [f"{self.expression} at {format_duration(self.at_ms)}:"]
        lines += [f"  {series_text(each.labels)} {shortest(each.value)}" for each in self.samples]
        return "\n".join(lines if self.samples else [*lines, "  (no samples)"])


@dataclass(frozen=True, eq=False, repr=False)
class Over:
    """The values of an expression over a range of time, series by series."""

    expression: str
    vector: Vector

    @property
    def values(self) -> dict[str, list[float | None]]:
        """Series as text to its values, None where there is none."""
        return {series_text(row.labels): _cells(row) for row in self.vector}

    @property
    def only(self) -> list[float | None]:
        """The values of the only series. Raises EvaluationError where there is not exactly one."""
        if len(self.vector) != 1:
            raise EvaluationError(f"expected one series, found {len(self.vector)}:\n{self.story()}")
        return next(iter(self.values.values()))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, dict):
            return NotImplemented
        return _same({row.labels: _cells(row) for row in self.vector}, _keyed(other))

    __hash__ = None  # type: ignore[assignment]  # equal to dictionaries, which have no hash

    def _refuse(self, other: object) -> bool:
        """Many values are neither more nor less than anything."""
        raise TypeError(
            f"{self.expression} over time is not compared with {other!r} by size:"
            " compare its values one by one, as in max(answer.only)"
        )

    __lt__ = __le__ = __gt__ = __ge__ = _refuse

    def explained_against(self, expected: Mapping[str, list[float | None]]) -> list[str]:
        """What is not as expected, series by series: what pytest prints below a failed `==`."""
        found = {row.labels: _cells(row) for row in self.vector}
        return [f"{self.expression} is not as expected:", *_differences(_keyed(expected), found)]

    def __len__(self) -> int:
        return len(self.vector)

    def __repr__(self) -> str:
        return repr(self.values)

    def story(self) -> str:
        """A plot per series, as a failed test prints it."""
        lines = [f"{self.expression}:"]
        for row in self.vector:
            lines.append(f"  {series_text(row.labels)}: {spread(row.values, row.present)}")
            lines.append(f"  {sparkline(row.values, row.present)}")
        return "\n".join(lines if len(self.vector) else [*lines, "  (no series)"])


def _differences(expected: Mapping[Labels, object], found: Mapping[Labels, object]) -> Iterator[str]:
    for labels in sorted({*expected, *found}, key=lambda each: each.pairs):
        if labels not in found:
            yield f"  missing: {series_text(labels)} {expected[labels]}"
        elif labels not in expected:
            yield f"  unexpected: {series_text(labels)} {found[labels]}"
        elif not _same_value(expected[labels], found[labels]):
            yield f"  {series_text(labels)}: expected {expected[labels]}, found {found[labels]}"


def _cells(row: Row) -> list[float | None]:
    return [float(v) if here else None for v, here in zip(row.values, row.present, strict=True)]


def _keyed(expected: Mapping[str, Any]) -> dict[Labels, Any]:
    return {Labels(parse_metric(text)): value for text, value in expected.items()}


def _same(found: Mapping[Labels, Any], expected: Mapping[Labels, Any]) -> bool:
    return found.keys() == expected.keys() and all(_same_value(expected[each], found[each]) for each in found)


def _same_value(want: Any, got: Any) -> bool:
    """Whether values, or lists of them, are equal; NaN equals NaN."""
    if isinstance(want, (list, tuple)) and isinstance(got, list):
        return len(want) == len(got) and all(map(_same_value, want, got))
    if isinstance(want, (int, float)) and isinstance(got, (int, float)):
        return same_float(want, got)
    return bool(want == got)


def _near(found: float, wanted: float, rel: float, absolute: float) -> bool:
    return math.isclose(found, wanted, rel_tol=rel, abs_tol=absolute) or (
        math.isnan(found) and math.isnan(wanted)
    )
