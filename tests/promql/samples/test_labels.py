"""Label sets: sorted, interned, and never with an empty value."""

from __future__ import annotations

import copy
import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledgerscope.promql.engine.aggregations.label_hash import label_hash, sampling_offset, xxhash64
from ledgerscope.promql.samples.labels import EMPTY, Labels

pairs = st.dictionaries(
    st.sampled_from(["a", "b", "job", "__name__"]), st.sampled_from(["", "x", "y z", '"'])
)


@settings(max_examples=50)
@given(labels=pairs)
def test_the_same_pairs_are_the_same_object(labels: dict[str, str]) -> None:
    one, other = Labels(labels), Labels(list(reversed(labels.items())))
    assert one is other
    assert hash(one) == hash(other)
    assert one.pairs == tuple(sorted((name, value) for name, value in labels.items() if value))


def test_copies_and_pickles_are_the_same_object() -> None:
    labels = Labels({"a": "1"})
    assert copy.deepcopy(labels) is labels
    assert pickle.loads(pickle.dumps(labels)) is labels  # noqa: S301 - our own bytes


def test_a_missing_label_reads_as_empty() -> None:
    labels = Labels({"__name__": "up", "job": "api"})
    assert (labels.name, labels.get("job"), labels.get("nope")) == ("up", "api", "")
    assert "job" in labels
    assert "nope" not in labels
    assert len(labels) == 2


def test_labels_are_set_removed_kept_and_dropped() -> None:
    labels = Labels({"__name__": "up", "job": "api", "i": "1"})
    assert labels.replace("i", "2") == Labels({"__name__": "up", "job": "api", "i": "2"})
    assert labels.replace("i", "1") is labels
    assert labels.replace("i", "") == labels.drop(frozenset({"i"}))
    assert labels.merge({"i": "", "x": "y"}).as_dict() == {"__name__": "up", "job": "api", "x": "y"}
    assert labels.keep(frozenset({"job"})) == Labels({"job": "api"})
    assert labels.keep(frozenset()) is EMPTY


@pytest.mark.parametrize(
    ("labels", "text"),
    [
        ({}, "{}"),
        ({"__name__": "up", "a": "b"}, '{__name__="up", a="b"}'),
        ({"a": 'say "hi"\n'}, r'{a="say \"hi\"\n"}'),
        ({"a.b": "c"}, '{"a.b"="c"}'),
    ],
)
def test_labels_are_shown_as_prometheus_shows_them(labels: dict[str, str], text: str) -> None:
    assert str(Labels(labels)) == text


def test_labels_sort_by_their_pairs() -> None:
    ordered = [Labels({"a": "1"}), Labels({"a": "1", "b": "0"}), Labels({"a": "2"}), Labels({"b": "0"})]
    assert sorted(ordered) == ordered


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", 0xEF46DB3751D8E999),
        (b"a", 0xD24EC4F1A98C6E5B),
        (b"abc", 0x44BC2CF5AD770999),
        (b"message digest", 0x066ED728FCEEB3BE),
        (b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 0xAAA46907D3047814),
    ],
)
def test_the_hash_is_xxhash(data: bytes, expected: int) -> None:
    assert xxhash64(data) == expected


def test_the_sampling_offset_lies_between_0_and_1_and_depends_on_every_label() -> None:
    one, other = Labels({"a": "x" * 300}), Labels({"a": "x" * 301})
    assert 0 <= sampling_offset(one) < 1
    assert label_hash(one) != label_hash(other)
