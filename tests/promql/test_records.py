"""Frozen classes made by our `dataclass` fare as those of the standard library."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from dataclasses import field
from math import nan
from typing import cast

import pytest

from ledgerscope.promql import records


@records.dataclass(frozen=True, slots=True)
class Quick:
    """A class with everything that is used."""

    name: str
    number: float = 1.0
    items: list[int] = field(default_factory=list)
    place: int = field(default=0, compare=False, repr=False)

    def __str__(self) -> str:
        return self.name


@dataclasses.dataclass(frozen=True, slots=True)
class Standard:
    """The same."""

    name: str
    number: float = 1.0
    items: list[int] = field(default_factory=list)
    place: int = field(default=0, compare=False, repr=False)

    def __str__(self) -> str:
        return self.name


@records.dataclass(frozen=True, slots=True)
class One:
    """A class with one field."""

    value: object


@records.dataclass(frozen=True, slots=True)
class Nothing:
    """A class without fields."""


@records.dataclass(frozen=True, slots=True)
class Checked:
    """A class that looks at its fields."""

    value: int

    def __post_init__(self) -> None:
        if self.value < 0:
            raise ValueError("negative")


def test_fields_defaults_and_texts_are_those_of_the_standard_library() -> None:
    quick, standard = Quick("a", place=3), Standard("a", place=3)
    assert dataclasses.asdict(quick) == dataclasses.asdict(standard)
    assert (
        repr(quick) == repr(standard).replace("Standard", "Quick") == "Quick(name='a', number=1.0, items=[])"
    )
    assert (str(quick), Quick.__match_args__, Quick.__slots__) == (
        "a",
        Standard.__match_args__,
        Standard.__slots__,
    )
    assert quick.items is not Quick("a").items
    assert repr(Nothing()).endswith("Nothing()")


def test_equality_looks_at_the_class_and_the_fields_that_count() -> None:
    assert Quick("a", place=1) == Quick("a", place=2)
    assert Quick("a", 2.0) != Quick("a", 3.0)
    assert Quick("a") != cast("object", Standard("a"))
    assert One(nan) == One(nan)
    assert One(1) != One(2)
    assert Nothing() == Nothing()


def test_hashes_follow_equality() -> None:
    assert hash(One(1)) == hash(dataclasses.make_dataclass("S", ["value"], frozen=True)(1))
    assert len({One(1), One(1), One(2), Nothing(), Nothing()}) == 3
    with pytest.raises(TypeError, match="unhashable"):
        hash(Quick("a"))


def test_nothing_can_be_set_or_deleted() -> None:
    quick = Quick("a")
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot assign to field 'name'"):
        quick.name = "b"  # type: ignore[misc]  # that is what is refused
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot delete field 'name'"):
        del quick.name
    with pytest.raises(dataclasses.FrozenInstanceError):
        quick.other = 1  # type: ignore[attr-defined]  # same


def test_objects_are_replaced_copied_pickled_and_matched() -> None:
    quick = Quick("a", 2.0, [3], 4)
    assert dataclasses.replace(quick, name="b") == Quick("b", 2.0, [3])
    for each in (copy.copy(quick), copy.deepcopy(quick), pickle.loads(pickle.dumps(quick))):  # noqa: S301 - our own bytes
        assert dataclasses.astuple(each) == ("a", 2.0, [3], 4)
    match quick:
        case Quick(name, number=number):
            assert (name, number) == ("a", 2.0)


def test_post_init_is_called() -> None:
    with pytest.raises(ValueError, match="negative"):
        Checked(-1)


def test_wrong_arguments_are_refused_by_name() -> None:
    with pytest.raises(TypeError, match=r"Quick.__init__\(\) missing 1 required positional argument: 'name'"):
        Quick()  # type: ignore[call-arg]  # that is what is refused
    with pytest.raises(TypeError, match="unexpected keyword argument 'x'"):
        Quick("a", x=1)  # type: ignore[call-arg]  # same


def test_what_is_not_known_is_refused_where_the_class_is_made() -> None:
    with pytest.raises(TypeError, match="for frozen classes with slots only"):
        records.dataclass(frozen=True, slots=False)
    with pytest.raises(TypeError, match="Odd has a field that only"):

        @records.dataclass(frozen=True, slots=True)
        class Odd:
            value: int = field(default=0, init=False)
