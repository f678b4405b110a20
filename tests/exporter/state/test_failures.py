"""Every error has one of the catalogue's classes."""

from __future__ import annotations

import pytest
import sqlalchemy.exc

from exporter.errors import InvalidReadings
from exporter.state.collector_state import State
from exporter.state.failures import FailureClass, classify, describe
from ledgerscope.catalogue import exporter as catalogue
from ledgerscope.store import errors as store


def test_classes_and_states_are_those_of_the_catalogue() -> None:
    assert tuple(FailureClass) == catalogue.FAILURE_CLASSES
    assert tuple(State) == catalogue.STATES


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (store.Unreachable("x"), "unreachable"),
        (store.Exhausted("x"), "unreachable"),
        (store.SnapshotGone("x"), "unreachable"),
        (store.Timeout("x"), "timeout"),
        (store.Locked("x"), "timeout"),
        (store.Cancelled("x"), "timeout"),
        (sqlalchemy.exc.TimeoutError("x"), "timeout"),
        (store.MissingRight("x"), "permission"),
        (store.MissingRelation("x"), "schema"),
        (store.OldSchema("x"), "schema"),
        (InvalidReadings("x"), "data"),
        (store.ReadOnly("x"), "internal"),
        (store.StoreFault("x"), "internal"),
        (ZeroDivisionError("x"), "internal"),
    ],
)
def test_each_error_has_its_class(error: Exception, expected: str) -> None:
    assert classify(error) == expected


def test_our_own_errors_speak_for_themselves_and_foreign_ones_are_named() -> None:
    assert describe(store.MissingRight("no right")) == "no right"
    assert describe(KeyError("plan")) == "KeyError: 'plan'"
