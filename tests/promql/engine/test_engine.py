"""The front door: instants, ranges, what is refused, what is shared, what is known without evaluating."""

from __future__ import annotations

import pytest

from ledgerscope.promql.engine.engine import Engine
from ledgerscope.promql.engine.evaluator import Cache
from ledgerscope.promql.engine.functions.table import FUNCTIONS
from ledgerscope.promql.errors import EvaluationError, ParseError
from ledgerscope.promql.samples.labels import EMPTY, Labels
from ledgerscope.promql.samples.stale import STALE
from ledgerscope.promql.samples.storage import Storage
from ledgerscope.promql.samples.values import Matrix, Sample, Scalar, String
from ledgerscope.promql.syntax.dialect import (
    DELAYED_NAME_REMOVAL,
    EXPERIMENTAL_FUNCTIONS,
    SCRIPT_FEATURES,
    TYPE_AND_UNIT_LABELS,
)
from ledgerscope.promql.syntax.invariance import looks_ahead
from ledgerscope.promql.syntax.parser import parse
from ledgerscope.promql.syntax.signatures import SIGNATURES

MINUTE = 60_000


@pytest.fixture
def storage() -> Storage:
    stored = Storage()
    for job, slope in (("a", 1.0), ("b", 2.0)):
        labels = Labels({"__name__": "x_total", "job": job})
        stored.append(labels, [step * MINUTE for step in range(11)], [slope * step for step in range(11)])
    return stored


def test_every_function_of_the_language_is_implemented() -> None:
    assert FUNCTIONS.keys() == SIGNATURES.keys()


def test_an_instant_gives_samples(storage: Storage) -> None:
    result = Engine().instant(storage, 'x_total{job="b"} * 2', 3 * MINUTE)
    assert result.vector.at() == [Sample(Labels({"job": "b"}), 12.0)]
    assert (result.warnings, result.infos) == ((), ())


def test_a_range_gives_rows_sorted_by_labels(storage: Storage) -> None:
    vector = Engine().range(storage, "-x_total", 0, 2 * MINUTE, MINUTE).vector
    assert [(row.labels.get("job"), row.values.tolist()) for row in vector] == [
        ("a", [-0.0, -1.0, -2.0]),
        ("b", [-0.0, -2.0, -4.0]),
    ]


def test_a_scalar_a_string_and_a_matrix_are_values_of_instants(storage: Storage) -> None:
    engine = Engine()
    assert isinstance(engine.instant(storage, "1 + 1", 0).value, Scalar)
    assert engine.instant(storage, '"hi"', 0).value == String("hi")
    matrix = engine.instant(storage, 'x_total{job="a"}[2m]', 5 * MINUTE).value
    assert isinstance(matrix, Matrix)
    assert matrix.series[0].times.tolist() == [4 * MINUTE, 5 * MINUTE]
    assert engine.range(storage, "time()", 0, MINUTE, MINUTE).vector.values.tolist() == [[0.0, 60.0]]


@pytest.mark.parametrize("expression", ['"text"', "x_total[5m]", "x_total[5m:1m]"])
def test_only_scalars_and_vectors_have_a_range(storage: Storage, expression: str) -> None:
    with pytest.raises(EvaluationError, match="invalid expression type"):
        Engine().range(storage, expression, 0, MINUTE, MINUTE)


def test_a_string_is_no_vector(storage: Storage) -> None:
    with pytest.raises(EvaluationError, match="expected a vector or a scalar, got a string"):
        _ = Engine().instant(storage, '"text"', 0).vector


def test_a_step_must_be_positive(storage: Storage) -> None:
    with pytest.raises(EvaluationError, match="zero or negative query resolution step"):
        Engine().range(storage, "1", 0, 1, 0)


def test_what_does_not_parse_is_a_parse_error(storage: Storage) -> None:
    with pytest.raises(ParseError):
        Engine().instant(storage, "sum(", 0)


@pytest.mark.parametrize(
    ("expression", "warning"),
    [
        ("quantile(3, x_total)", "quantile value should be between 0 and 1, got 3 (1:10)"),
        (
            "histogram_quantile(0.5,\n  x_total)",
            'bucket label "le" is missing or has a malformed value of "" for metric name "x_total" (2:3)',
        ),
    ],
)
def test_annotations_end_in_the_place_they_are_about(storage: Storage, expression: str, warning: str) -> None:
    engine = Engine(features=[DELAYED_NAME_REMOVAL])
    assert engine.instant(storage, expression, MINUTE).warnings == (f"PromQL warning: {warning}",)


def test_sorting_a_range_is_remarked_on(storage: Storage) -> None:
    (warning,) = Engine().range(storage, "sort(x_total)", 0, MINUTE, MINUTE).warnings
    assert warning.endswith("results are always ordered by labels (1:1)")


def test_names_go_at_once_or_at_the_end(storage: Storage) -> None:
    expression = 'label_replace(rate(x_total[5m]), "was", "$1", "__name__", "(.*)")'
    late = Engine(features=[DELAYED_NAME_REMOVAL]).instant(storage, expression, 5 * MINUTE).vector.labels
    early = Engine().instant(storage, expression, 5 * MINUTE).vector.labels
    assert {labels.get("was") for labels in late} == {"x_total"}
    assert {labels.get("was") for labels in early} == {""}


def test_names_that_go_may_not_leave_two_series_alike(storage: Storage) -> None:
    storage.append_sample(Labels({"__name__": "y_total", "job": "a"}), MINUTE, 1.0)
    for delayed in (True, False):
        with pytest.raises(EvaluationError, match="same labelset"):
            Engine(features=[DELAYED_NAME_REMOVAL] if delayed else []).instant(storage, '-{job="a"}', MINUTE)


@pytest.mark.parametrize("compat", ["2", "3"])
def test_names_that_go_within_a_subquery_are_judged_range_by_range(compat: str) -> None:
    storage = Storage()
    for name, instants in (("early", (0, 1, 2)), ("late", (7, 8, 9))):
        times = [each * MINUTE for each in instants]
        storage.append(Labels({"__name__": name}), [*times, times[-1] + 1], [1.0, 2.0, 3.0, STALE])
    engine = Engine(compat=compat)

    def counted(expression: str, at_ms: int) -> list[float]:
        found = engine.instant(storage, expression, at_ms).vector.at()
        return [each.value for each in found]

    expression = 'count_over_time((-{__name__=~"early|late"})[3m:1m])'
    assert counted(expression, 2 * MINUTE) == [3.0]
    assert counted(expression, 9 * MINUTE) == [3.0]
    assert len(engine.range(storage, expression, 0, 9 * MINUTE, MINUTE).vector) == 1
    for wide in (
        'count_over_time((-{__name__=~"early|late"})[9m:1m])',
        'max_over_time(rate({__name__=~"early|late"}[2m])[9m:1m])',
        'sum_over_time(max_over_time((-{__name__=~"early|late"})[1m:1m])[9m:1m])',
    ):
        assert counted(wide, 2 * MINUTE)
        with pytest.raises(EvaluationError, match="same labelset"):
            counted(wide, 9 * MINUTE)
    summed = 'count_over_time((1 + {__name__=~"early|late"})[9m:1m])'
    assert counted(summed, 9 * MINUTE) == [5.0 if compat == "3" else 6.0]


def test_of_two_violations_of_matching_the_first_is_reported() -> None:
    storage = Storage()
    for labels, instants in ({"n": "1"}, (1, 2)), ({"n": "2"}, (1, 2)):
        storage.append(
            Labels({"__name__": "left", **labels}), [each * MINUTE for each in instants], [1.0, 1.0]
        )
    storage.append(Labels({"__name__": "right", "n": "1"}), [MINUTE, 2 * MINUTE], [1.0, 1.0])
    storage.append(Labels({"__name__": "right", "n": "2"}), [2 * MINUTE], [1.0])
    engine = Engine()
    with pytest.raises(EvaluationError, match="must be explicit"):
        engine.range(storage, "left + on () right", MINUTE, 2 * MINUTE, MINUTE)
    with pytest.raises(EvaluationError, match="found duplicate series"):
        engine.instant(storage, "left + on () right", 2 * MINUTE)
    with pytest.raises(EvaluationError, match="found duplicate series"):
        engine.instant(storage, 'left + on (m) label_replace(right, "m", "x", "", "")', 2 * MINUTE)


def test_values_are_shared_between_expressions_until_their_series_change(storage: Storage) -> None:
    cache, engine = Cache(), Engine()

    def total() -> float:
        return engine.instant(storage, "sum(rate(x_total[5m]))", 5 * MINUTE, cache=cache).vector.at()[0].value

    first = total()
    assert total() == first
    storage.append(Labels({"__name__": "x_total", "job": "c"}), [MINUTE, 5 * MINUTE], [0.0, 300.0])
    assert total() > first


def test_a_shared_value_brings_its_annotations_to_the_new_place(storage: Storage) -> None:
    storage.append(Labels({"__name__": "gauge"}), [0, MINUTE], [1.0, 2.0])
    cache, engine = Cache(), Engine()
    one = engine.instant(storage, "rate(gauge[5m])", MINUTE, cache=cache).infos
    other = engine.instant(storage, "1 * rate(gauge[5m])", MINUTE, cache=cache).infos
    assert (one[0][-5:], other[0][-6:]) == ("(1:6)", "(1:10)")


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("x_total", True),
        ('x_total{job="nope"}', False),
        ("sum(rate(missing[5m])) > 0", False),
        ("missing or x_total", True),
        ("missing and x_total", False),
        ("x_total unless missing", True),
        ("missing unless x_total", False),
        ("absent(missing)", True),
        ("vector(1)", True),
        ("1", True),
        ("time() > bool 5", True),
        ("-(missing)", False),
        ("max_over_time(missing[5m:1m])", False),
        ("missing + fill(0) x_total", True),
        ('count_values("v", missing)', False),
        ("info(x_total)", True),
    ],
)
def test_what_can_have_no_result_is_known_without_evaluating(
    storage: Storage, expression: str, *, expected: bool
) -> None:
    engine = Engine(features=SCRIPT_FEATURES)
    assert engine.can_see(storage, expression) is expected
    if not expected:
        assert len(engine.range(storage, expression, 0, 10 * MINUTE, MINUTE).vector) == 0


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("x_total offset 5m", False),
        ("x_total offset -5m", True),
        ("sum(x_total @ end())", True),
        ("rate(x_total[5m] offset -1m)", True),
        ("max_over_time(x_total[5m:1m] offset -1m)", True),
        ("rate(x_total[5m])", False),
    ],
)
def test_what_may_look_ahead_is_known_without_evaluating(expression: str, *, expected: bool) -> None:
    assert looks_ahead(parse(expression)) is expected


def test_what_stands_still_is_the_same_at_every_instant(storage: Storage) -> None:
    vector = Engine().range(storage, "sum(x_total @ 120) + time() * 0", 0, 3 * MINUTE, MINUTE).vector
    assert vector.values.tolist() == [[6.0] * 4]
    (row,) = Engine().range(storage, "sum(x_total @ end())", 0, 3 * MINUTE, MINUTE).vector
    assert row.labels is EMPTY
    assert row.values.tolist() == [9.0] * 4


def test_an_empty_range_of_a_subquery_sees_nothing(storage: Storage) -> None:
    assert len(Engine().instant(storage, "sum_over_time(x_total[1s:1h])", 90_000).vector) == 0


@pytest.mark.parametrize("lookback", [MINUTE, 5 * MINUTE])
def test_the_lookback_is_the_engines(storage: Storage, lookback: int) -> None:
    engine = Engine(lookback_ms=lookback)
    last = 10 * MINUTE
    assert len(engine.instant(storage, "x_total", last + lookback - 1).vector) == 2
    assert len(engine.instant(storage, "x_total", last + lookback).vector) == 0
    assert len(Engine("2", lookback_ms=lookback).instant(storage, "x_total", last + lookback).vector) == 2


def test_type_labels_tell_what_is_a_counter() -> None:
    storage = Storage()
    for kind in ("counter", "gauge"):
        labels = Labels({"__name__": "x", "__type__": kind})
        storage.append(labels, [MINUTE, 2 * MINUTE], [1.0, 2.0])
    engine = Engine(features=[TYPE_AND_UNIT_LABELS])
    assert engine.instant(storage, 'rate(x{__type__="counter"}[5m])', 2 * MINUTE).infos == ()
    (info,) = engine.instant(storage, 'rate(x{__type__="gauge"}[5m])', 2 * MINUTE).infos
    assert info.startswith(
        'PromQL info: metric might not be a counter, __type__ label is not set to "counter"'
    )


def test_a_renamed_function_has_its_old_name_where_prometheus_2_is_followed(storage: Storage) -> None:
    old, new = Engine(compat="2"), Engine(features=[EXPERIMENTAL_FUNCTIONS])
    by_old_name = old.instant(storage, "holt_winters(x_total[5m], 0.5, 0.5)", 5 * MINUTE).vector.at()
    by_new_name = new.instant(storage, "double_exponential_smoothing(x_total[5m], 0.5, 0.5)", 5 * MINUTE)
    assert len(by_old_name) == 2
    assert by_old_name == by_new_name.vector.at()
    with pytest.raises(ParseError, match="unknown function"):
        new.instant(storage, "holt_winters(x_total[5m], 0.5, 0.5)", 0)
    with pytest.raises(ParseError, match=r'unknown function.*"double_exponential_smoothing".*since 3\.0'):
        old.instant(storage, "double_exponential_smoothing(x_total[5m], 0.5, 0.5)", 0)


@pytest.mark.parametrize(
    ("expression", "fault"),
    [
        ('x_total{job=~"(?<name>.*)"}', r"invalid or unsupported Perl syntax: `\(\?<`"),
        (r'x_total{job=~"\\Qa"}', r"missing closing \)"),
        ('label_replace(x_total, "z", "$name", "job", "(?<name>.*)")', "invalid regular expression"),
    ],
)
def test_patterns_are_those_of_the_go_of_each_generation(
    storage: Storage, expression: str, fault: str
) -> None:
    Engine().instant(storage, expression, 5 * MINUTE)
    with pytest.raises((ParseError, EvaluationError), match=fault):
        Engine(compat="2").instant(storage, expression, 5 * MINUTE)


def test_a_hostile_pattern_takes_linear_time_on_a_long_label() -> None:
    storage, value = Storage(), "a" * 50_000
    storage.append(Labels({"__name__": "x", "l": value}), [0], [1.0])
    assert len(Engine().instant(storage, 'x{l=~"(a+)+b"}', 0).vector) == 0
    replaced = Engine().instant(storage, 'label_replace(x, "z", "$1", "l", "((a|aa)*)(a)")', 0).vector
    assert [len(each.get("z")) for each in replaced.labels] == [49_999]


def test_correction_is_reported_once_for_all_instants() -> None:
    storage = Storage()
    for bound, count in (("1", 5.0), ("2", 3.0), ("+Inf", 9.0)):
        labels = Labels({"__name__": "x_bucket", "le": bound})
        storage.append(labels, [0, MINUTE], [count, count + 1.0])
    infos = Engine().range(storage, "histogram_quantile(0.5, x_bucket)", 0, MINUTE, MINUTE).infos
    assert len(infos) == 1
    assert "over 2 samples from 1970-01-01T00:00:00Z to 1970-01-01T00:01:00Z (1:25)" in infos[0]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("missing", False),
        ("missing and x_total", False),
        ("missing unless -x_total", False),
        ("missing unless rate(x_total[5m])", False),
        ("missing unless sum by (job) (rate(x_total[5m])) > 1", False),
        ("missing / x_total", False),
        ("missing and topk(2, x_total)", False),
        ("missing and (vector(1) > 0 or x_total)", False),
        ('missing unless label_replace(missing, "job", "z", "", "")', False),
        ('missing unless label_replace(x_total, "job", "z", "", "")', True),
        ("missing unless x_total / x_total", True),
        ('missing unless -{job="a"}', True),
        ('missing unless rate({job="a"}[5m])', True),
        ("missing unless -sum by (__name__) (x_total)", True),
        ("missing unless topk(scalar(x_total), x_total)", True),
        ("missing and -(x_total or x_total)", True),
        ('missing and max_over_time(label_join(x_total, "job", "")[5m:1m])', True),
    ],
)
def test_what_can_fail_though_it_sees_nothing_is_known(
    storage: Storage, expression: str, *, expected: bool
) -> None:
    engine = Engine()
    assert not engine.can_see(storage, expression)
    assert engine.can_fail(storage, expression) is expected
