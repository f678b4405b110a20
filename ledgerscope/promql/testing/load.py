"""Reads rule-test files: promtool's format, complete and strict.

A typing error must not make a test pass: unknown fields, missing rule files and text that is no series
notation are faults with their place, and with what would be right.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ledgerscope.promql.errors import HistogramError, ParseError
from ledgerscope.promql.rules.load import first_document
from ledgerscope.promql.series.notation import Histograms, Series, first_point, parse_values
from ledgerscope.promql.syntax.ast import VectorSelector
from ledgerscope.promql.syntax.dialect import PROMETHEUS_3, Dialect
from ledgerscope.promql.syntax.parser import parse, parse_metric
from ledgerscope.promql.testing.extensions import (
    ALERT_FIELDS,
    CASE_FIELDS,
    SAMPLE_FIELDS,
    SERIES_FIELDS,
    read_between,
    read_patterns,
    read_selector,
    read_tolerance,
    repeated,
)
from ledgerscope.promql.testing.model import (
    MINUTE_MS,
    AlertCase,
    ExpectedAlert,
    ExpectedSample,
    ExprCase,
    TestFile,
    TestGroup,
)
from ledgerscope.promql.testing.rule_paths import resolve
from ledgerscope.promql.testing.times import HINT, StartError, start_of
from ledgerscope.promql.text.encoding import decoded, why_not
from ledgerscope.promql.yaml.nodes import Fault, FileError, Reader, Where, compose
from ledgerscope.promql.yaml.places import place_of_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import yaml

    from ledgerscope.promql.histograms.histogram import Histogram

_SERIES_HINT = """write it like 'up{job="x"}'"""
_FILE_FIELDS = ("rule_files", "evaluation_interval", "group_eval_order", "fuzzy_compare", "tests")
_GROUP_FIELDS = (
    "name", "interval", "input_series", "alert_rule_test", "promql_expr_test", "external_labels",
    "external_url", "start_timestamp",
)  # fmt: skip

_LATER = {"fuzzy_compare": "3.5", "start_timestamp": "3.9", "histogram": "a later 2.x"}
"""Fields that Prometheus 2.42 does not have, and since when there are some."""


def load_tests(
    path: Path, *, dialect: Dialect = PROMETHEUS_3, lenient: bool = False, extensions: bool = True
) -> tuple[TestFile, list[Fault]]:
    """The tests of a file as far as they can be made out, and its faults: more may be wrong with its rules.

    `lenient` passes unknown fields over. Raises FileError where the file cannot be read at all.
    """
    try:
        text = decoded(path.read_bytes())
    except OSError as error:
        raise FileError([Fault(Where(str(path), 1, 1), f"cannot be read: {error.strerror}")]) from error
    except UnicodeDecodeError as error:
        raise FileError([Fault(Where(str(path), 1, 1), why_not(error))]) from error
    reader = Reader(str(path), text, lenient=lenient, later=_later(dialect))
    return _read(reader, path, dialect, extensions=extensions), reader.in_order()


def read_tests(text: str, path: Path, *, dialect: Dialect = PROMETHEUS_3, lenient: bool = False) -> TestFile:
    """The tests of a text that stands (or would stand) at a path. Raises FileError."""
    reader = Reader(str(path), text, lenient=lenient, later=_later(dialect))
    found = _read(reader, path, dialect)
    reader.finish()
    return found


def _read(reader: Reader, path: Path, dialect: Dialect, *, extensions: bool = True) -> TestFile:
    document = first_document(reader, compose(reader.source, str(path)), "a test file")
    if document is None:
        return TestFile(path, (), warnings=tuple(reader.warnings))
    return _Loader(reader, path, dialect, extensions).file(document)


def _later(dialect: Dialect) -> Mapping[str, str]:
    return {} if dialect.generation == "3" else _LATER


@dataclass(slots=True)
class _Loader:
    reader: Reader
    path: Path
    dialect: Dialect
    extensions: bool

    def _also(self, fields: tuple[str, ...]) -> tuple[str, ...]:
        """The fields of our own, where they are on."""
        return fields if self.extensions else ()

    def _known(self, fields: tuple[str, ...]) -> list[str]:
        """The fields that the generation has."""
        return [each for each in fields if each not in self.reader.later]

    def file(self, node: yaml.Node) -> TestFile:
        reader = self.reader
        fields = reader.fields(node, self._known(_FILE_FIELDS), "a test file")
        interval = reader.duration(fields.get("evaluation_interval"), "evaluation_interval") or MINUTE_MS
        patterns = reader.items(fields.get("rule_files"), "rule_files")
        paths = resolve(reader, self.path.parent, patterns)
        groups = enumerate(reader.items(fields.get("tests"), "tests"))
        return TestFile(
            self.path,
            paths,
            interval,
            self._order(fields.get("group_eval_order")),
            reader.truth(fields.get("fuzzy_compare"), "fuzzy_compare"),
            tuple(self.group(each, index, interval) for index, each in groups),
            tuple(reader.warnings),
        )

    def _order(self, node: yaml.Node | None) -> tuple[str, ...]:
        names: list[str] = []
        for item in self.reader.items(node, "group_eval_order"):
            name = self.reader.text(item, "a group name")
            if name in names:
                self.reader.fault(item, f"group name repeated in evaluation order: {name}")
            names.append(name)
        return tuple(names)

    def group(self, node: yaml.Node, index: int, interval: int) -> TestGroup:
        reader = self.reader
        fields = reader.fields(node, self._known(_GROUP_FIELDS), "a test group")
        inputs = reader.items(fields.get("input_series"), "input_series")
        alerts = reader.items(fields.get("alert_rule_test"), "alert_rule_test")
        exprs = reader.items(fields.get("promql_expr_test"), "promql_expr_test")
        own_interval = reader.duration(fields.get("interval"), "interval")
        series = [each for item in inputs for each in self._input(item, last=item is inputs[-1])]
        if series and not own_interval and self.dialect.generation == "2":
            message = "Prometheus 2.42 takes the first sample of each series only where 'interval' is missing"
            reader.warn(node, message, "write interval: 1m")
            series = [Series(each.labels, first_point(each.runs)) for each in series]
        return TestGroup(
            reader.text(fields.get("name"), "name"),
            index,
            own_interval or interval,
            tuple(series),
            tuple(self._alert_case(each) for each in alerts),
            tuple(self._expr_case(each) for each in exprs),
            reader.text_map(fields.get("external_labels"), "external_labels"),
            reader.text(fields.get("external_url"), "external_url"),
            self._start(fields.get("start_timestamp")),
            reader.where(node),
        )

    # -- input

    def _input(self, node: yaml.Node, *, last: bool) -> Iterator[Series]:
        known = ("series", "values", *self._also(SERIES_FIELDS))
        fields = self.reader.fields(node, known, "an input series")
        self._check_lines(fields, last=last)
        if fields.get("repeat") is None:
            yield self._one_input(node, fields.get("series"), fields.get("values"))
            return
        texts = [self.reader.text(fields.get(each), each) for each in ("series", "values")]
        for series, values in repeated(self.reader, fields["repeat"], *texts):
            try:
                yield Series(parse_metric(series, self.dialect), parse_values(values, self.dialect))
            except (ParseError, HistogramError) as error:
                self.reader.fault(node, f"{series} {values}: {error}", _SERIES_HINT)
                return

    def _check_lines(self, fields: Mapping[str, yaml.Node], *, last: bool) -> None:
        """promtool makes each series one line of a script; a line break in it ends that line."""  # noqa: D403 - a name
        series, values = (self.reader.text(fields.get(each), each) for each in ("series", "values"))
        if "\n" in series or "\n" in values.strip("\n ") or values.startswith("\n"):
            message = "promtool reads each line of an input series as a series of its own"
        elif "\n" in values and not last:
            message = "promtool ignores every input series after one whose values end in a line break"
        else:
            return
        node = fields["series" if "\n" in series else "values"]
        hint = "write one line, or fold it: `values: >-`"
        (self.reader.warn if self.extensions else self.reader.fault)(node, message, hint)

    def _one_input(self, node: yaml.Node, series: yaml.Node | None, values: yaml.Node | None) -> Series:
        if series is None:
            self.reader.fault(node, "an input series needs 'series'", _SERIES_HINT)
            return Series({}, ())
        faults = len(self.reader.faults)
        labels = self._labels(series, "series")
        if not labels:
            if len(self.reader.faults) == faults:
                self.reader.fault(series, "series: names no series", _SERIES_HINT)
            return Series({}, ())
        if values is None:
            self.reader.warn(node, "an input series without 'values' has no samples", "write values: '1x10'")
            return Series(labels, ())
        return self._values(labels, self.reader.text(values, "values"), values)

    def _values(self, labels: dict[str, str], text: str, node: yaml.Node) -> Series:
        try:
            return Series(labels, parse_values(text, self.dialect))
        except (ParseError, HistogramError) as error:
            self._parse_fault(node, "values", error, "write them like '1 2 _ 0+5x10 stale'")
            return Series(labels, ())

    def _labels(self, node: yaml.Node, owner: str) -> dict[str, str]:
        text = self.reader.text(node, owner)
        try:
            return parse_metric(text, self.dialect)
        except ParseError as error:
            self._parse_fault(node, owner, error, _SERIES_HINT)
            return {}

    def _parse_fault(
        self, node: yaml.Node, owner: str, error: ParseError | HistogramError, hint: str
    ) -> None:
        place = self.reader.where(node)
        message = str(error)
        if isinstance(error, ParseError):
            place = place_of_text(self.reader, node, error.span.start)
            message = error.message
        self.reader.faults.append(Fault(place, f"{owner}: {message}", hint))

    def _start(self, node: yaml.Node | None) -> int:
        if node is None:
            return 0
        text = self.reader.text(node, "start_timestamp")
        try:
            return start_of(text)
        except StartError:
            self.reader.fault(node, f"start_timestamp: cannot parse {text!r} to a valid timestamp", HINT)
            return 0

    # -- alerts

    def _alert_case(self, node: yaml.Node) -> AlertCase:
        reader = self.reader
        known = ("eval_time", "alertname", "exp_alerts", *self._also(CASE_FIELDS))
        fields = reader.fields(node, known, "an alert test")
        between = read_between(reader, fields.get("fires_between"))
        if "fires_between" in fields and ("eval_time" in fields or "exp_alerts" in fields):
            reader.fault(node, "fires_between stands for eval_time and exp_alerts", "leave them out")
        if "match_labels" in fields and "fires_between" not in fields:
            reader.fault(node, "match_labels belongs to fires_between, or into exp_alerts")
        name = reader.text(fields.get("alertname"), "alertname")
        if not name:
            reader.fault(node, "an item under alert_rule_test misses required attribute alertname")
        expected = reader.items(fields.get("exp_alerts"), "exp_alerts")
        return AlertCase(
            between[1] if between else reader.duration(fields.get("eval_time"), "eval_time"),
            name,
            tuple(self._expected_alert(each, name) for each in expected),
            reader.where(node),
            between,
            read_selector(reader, fields.get("match_labels")),
        )

    def _expected_alert(self, node: yaml.Node, name: str) -> ExpectedAlert:
        known = ("exp_labels", "exp_annotations", *self._also(ALERT_FIELDS))
        fields = self.reader.fields(node, known, "an expected alert")
        selector = read_selector(self.reader, fields.get("match_labels"))
        patterns = read_patterns(self.reader, fields.get("match_annotations"))
        if patterns and selector is None:
            selector = VectorSelector("", ())
        if selector is not None and ("exp_labels" in fields or "exp_annotations" in fields):
            self.reader.fault(node, "match_... and exp_... stand for one another", "leave one out")
        labels = self.reader.text_map(fields.get("exp_labels"), "exp_labels")
        annotations = self.reader.text_map(fields.get("exp_annotations"), "exp_annotations")
        where = self.reader.where(node)
        return ExpectedAlert({**labels, "alertname": name}, annotations, where, selector, patterns)

    # -- expressions

    def _expr_case(self, node: yaml.Node) -> ExprCase:
        reader = self.reader
        fields = reader.fields(node, ("expr", "eval_time", "exp_samples"), "an expression test")
        expr = reader.text(fields.get("expr"), "expr")
        self._check_expr(fields.get("expr") or node, expr)
        samples = reader.items(fields.get("exp_samples"), "exp_samples")
        return ExprCase(
            expr,
            reader.duration(fields.get("eval_time"), "eval_time"),
            tuple(self._expected_sample(each) for each in samples),
            reader.where(node),
        )

    def _check_expr(self, node: yaml.Node, expr: str) -> None:
        try:
            parse(expr, self.dialect)
        except ParseError as error:
            place = place_of_text(self.reader, node, error.span.start)
            self.reader.faults.append(Fault(place, f"expr: {error}"))

    def _expected_sample(self, node: yaml.Node) -> ExpectedSample:
        reader = self.reader
        known = (*self._known(("labels", "value", "histogram")), *self._also(SAMPLE_FIELDS))
        fields = reader.fields(node, known, "an expected sample")
        if "labels" in fields and "match_labels" in fields:
            reader.fault(node, "'match_labels' and 'labels' stand for one another", "leave one out")
        labels = self._labels(fields["labels"], "labels") if "labels" in fields else {}
        return ExpectedSample(
            labels,
            reader.number(fields.get("value"), "value"),
            self._histogram(fields.get("histogram")),
            reader.where(node),
            read_selector(reader, fields.get("match_labels")),
            read_tolerance(reader, fields.get("tolerance")),
        )

    def _histogram(self, node: yaml.Node | None) -> Histogram | None:
        text = self.reader.text(node, "histogram")
        if node is None or not text:
            return None
        try:
            runs = parse_values(text)
        except (ParseError, HistogramError) as error:
            self._parse_fault(node, "histogram", error, "write it like '{{sum:3 count:2 buckets:[2]}}'")
            return None
        if len(runs) != 1 or runs[0].count != 1 or not isinstance(runs[0], Histograms):
            self.reader.fault(node, "histogram must be one histogram", "write it like '{{sum:3 count:2}}'")
            return None
        return runs[0].start
