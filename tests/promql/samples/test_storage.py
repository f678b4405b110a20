"""The store: sorted, one sample per instant, shared grids, stale markers by their bits."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledgerscope.promql.histograms.histogram import Histogram, ResetHint
from ledgerscope.promql.samples.labels import Labels
from ledgerscope.promql.samples.stale import STALE
from ledgerscope.promql.samples.storage import Samples, Storage
from ledgerscope.promql.syntax.parser import parse_selector

A, B = Labels({"__name__": "a", "job": "x"}), Labels({"__name__": "b", "job": "y"})
LIMIT = 150 * 1024 * 1024


def read(storage: Storage, labels: Labels) -> Samples:
    samples = storage.get(labels)
    assert samples is not None
    return samples


@settings(max_examples=50)
@given(chunks=st.lists(st.lists(st.integers(0, 30), max_size=6), max_size=5))
def test_the_first_sample_written_for_an_instant_stays(chunks: list[list[int]]) -> None:
    storage = Storage()
    expected: dict[int, float] = {}
    for number, chunk in enumerate(chunks):
        storage.append(A, chunk, [float(number)] * len(chunk))
        for at in chunk:
            expected.setdefault(at, float(number))
    samples = storage.get(A)
    got = {} if samples is None else dict(zip(samples.times.tolist(), samples.values.tolist(), strict=True))
    assert got == expected
    assert list(got) == sorted(got)


def test_series_on_one_grid_share_their_timestamps() -> None:
    storage = Storage()
    storage.append(A, [0, 1, 2], [1.0, 2.0, 3.0])
    storage.append(B, [0, 1, 2], [4.0, 5.0, 6.0])
    assert read(storage, A).times is read(storage, B).times


def test_a_series_is_found_by_its_labels_in_the_order_of_writing() -> None:
    storage = Storage()
    for labels in (B, A):
        storage.append_sample(labels, 0, 1.0)
    found = [samples.labels for samples in storage.select(parse_selector('{job=~"x|y"}').matchers)]
    assert found == [B, A]
    assert [s.labels for s in storage.select(parse_selector("a").matchers)] == [A]
    assert storage.select(parse_selector('a{job="y"}').matchers) == []
    assert len(storage) == 2
    assert [samples.labels for samples in storage] == [B, A]


def test_stale_markers_are_distinguished_from_ordinary_nan() -> None:
    storage = Storage()
    storage.append(A, [0, 1, 2], np.array([1.0, STALE, np.nan]))
    samples = read(storage, A)
    assert samples.stale.tolist() == [False, True, False]
    assert samples.live.times.tolist() == [0, 2]


def test_a_view_of_the_past_does_not_know_what_came_later() -> None:
    storage = Storage()
    storage.append(A, [0, 10, 20], [1.0, 2.0, 3.0])
    storage.append(B, [20], [4.0])
    past = storage.until(10)
    assert read(past, A).times.tolist() == [0, 10]
    assert past.get(B) is None
    assert read(storage, A).times.tolist() == [0, 10, 20]


def test_writing_a_series_changes_the_version_of_what_selects_it() -> None:
    storage = Storage()
    storage.append_sample(A, 0, 1.0)
    a, b, any_ = (parse_selector(text).matchers for text in ("a", "b", '{job!=""}'))
    before = [storage.version(each) for each in (a, b, any_)]
    storage.append_sample(B, 0, 1.0)
    after = [storage.version(each) for each in (a, b, any_)]
    assert [x == y for x, y in zip(before, after, strict=True)] == [True, False, False]


def test_histograms_floats_and_start_times_are_kept_side_by_side() -> None:
    storage = Storage()
    histogram = Histogram(count=1.0, sum=2.0)
    storage.append(A, [0], [1.0])
    storage.append(A, [10], [0.0], [histogram], [5])
    samples = read(storage, A)
    assert samples.histograms is not None
    assert samples.start_times is not None
    assert samples.histograms.tolist() == [None, histogram]
    assert samples.start_times.tolist() == [0, 5]


@pytest.mark.parametrize(
    ("counts", "hints"),
    [
        ([1.0, 2.0, 3.0], ["unknown", "not_reset", "not_reset"]),
        ([3.0, 2.0, 3.0], ["unknown", "unknown", "not_reset"]),
    ],
)
def test_a_stored_histogram_knows_that_no_reset_came_before_it(counts: list[float], hints: list[str]) -> None:
    storage = Storage()
    storage.append(A, range(3), [0.0] * 3, [Histogram(count=count) for count in counts])
    held = read(storage, A).histograms
    assert held is not None
    assert [histogram.hint.value for histogram in held] == hints


def test_unknown_hints_can_be_settled_by_the_predecessor() -> None:
    storage = Storage()
    counts = [3.0, 2.0, 4.0]
    storage.append(A, range(3), [0.0] * 3, [Histogram(count=count) for count in counts])
    held = read(storage, A).with_detected_resets.histograms
    assert held is not None
    assert [h.hint for h in held] == [ResetHint.UNKNOWN, ResetHint.RESET, ResetHint.NOT_RESET]


def test_a_million_samples_take_less_than_150_mib() -> None:
    tracemalloc.start()
    storage = Storage()
    times = np.arange(10_000, dtype=np.int64) * 15_000
    for number in range(100):
        storage.append(Labels({"__name__": "x", "i": str(number)}), times, np.full(10_000, float(number)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < LIMIT


def test_what_is_deferred_is_written_once_when_a_metric_of_it_is_read() -> None:
    storage, written = Storage(), []

    def write() -> None:
        written.append("b")
        storage.append_sample(Labels({"__name__": "b"}), 0, 1.0)

    storage.append_sample(Labels({"__name__": "a"}), 0, 1.0)
    storage.defer(frozenset({"b", "c"}), write)
    assert storage.get(Labels({"__name__": "a"})) is not None
    assert storage.select(parse_selector("a").matchers) != []
    assert (written, storage.samples_held) == ([], 1)
    assert storage.has_any(frozenset({"c"})) is False
    assert written == ["b"]
    assert (len(storage), storage.samples_held) == (2, 2)
    assert written == ["b"]


@pytest.mark.parametrize("selector", ["b", '{__name__=~"b|d"}', '{__name__!="a"}'])
def test_a_selector_finds_what_is_deferred(selector: str) -> None:
    storage = Storage()
    storage.defer(frozenset({"b"}), lambda: storage.append_sample(Labels({"__name__": "b"}), 0, 1.0))
    assert [samples.labels.name for samples in storage.select(parse_selector(selector).matchers)] == ["b"]
