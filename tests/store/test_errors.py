"""Every driver error has one name of ours, and no message shows a password."""

from __future__ import annotations

import inspect

import psycopg
import pytest

from ledgerscope.store import errors
from ledgerscope.store.errors import (
    AppendOnly,
    Cancelled,
    Contended,
    Exhausted,
    InvalidData,
    Locked,
    MissingRelation,
    MissingRight,
    ReadOnly,
    Refused,
    SnapshotGone,
    StoreError,
    StoreFault,
    Timeout,
    Unreachable,
    classify,
    from_driver,
)


@pytest.mark.parametrize(
    ("sqlstate", "message", "expected"),
    [
        ("08006", "connection failure", Unreachable),
        ("21000", "more than one row returned by a subquery", InvalidData),
        ("22012", "division by zero", InvalidData),
        ("22023", 'invalid snapshot identifier: "1"', SnapshotGone),
        ("22023", "invalid value for parameter", InvalidData),
        ("23505", "duplicate key", Refused),
        ("23P01", "conflicting key value violates exclusion constraint", Refused),
        ("25006", "cannot execute UPDATE in a read-only transaction", ReadOnly),
        ("25P03", "terminating connection due to idle-in-transaction timeout", Timeout),
        ("28P01", "password authentication failed", Unreachable),
        ("3D000", "database does not exist", Unreachable),
        ("3F000", "schema does not exist", MissingRelation),
        ("40001", "could not serialize access", Contended),
        ("40P01", "deadlock detected", Contended),
        ("42501", "permission denied for table customer", MissingRight),
        ("42601", "syntax error", StoreFault),
        ("42703", "column does not exist", MissingRelation),
        ("42704", 'snapshot "1" does not exist', SnapshotGone),
        ("42704", "type does not exist", StoreFault),
        ("42883", "function does not exist", MissingRelation),
        ("42P01", "relation does not exist", MissingRelation),
        ("53300", "sorry, too many clients already", Exhausted),
        ("53100", "could not extend file", Exhausted),
        ("55P03", "canceling statement due to lock timeout", Locked),
        ("57014", "canceling statement due to statement timeout", Timeout),
        ("57014", "canceling statement due to user request", Cancelled),
        ("57P01", "terminating connection due to administrator command", Unreachable),
        ("57P03", "the database system is starting up", Unreachable),
        ("58030", "could not read block", Exhausted),
        ("LS001", "event is append-only", AppendOnly),
        ("LS004", "beyond its amount", Refused),
        ("XX000", "internal error", StoreFault),
    ],
)
def test_each_sqlstate_has_one_name(sqlstate: str, message: str, expected: type[StoreError]) -> None:
    assert classify(sqlstate, message) is expected


def test_every_sqlstate_that_psycopg_knows_is_classified() -> None:
    classes = (kind for _, kind in inspect.getmembers(psycopg.errors, inspect.isclass))
    known = [state for kind in classes if isinstance(state := getattr(kind, "sqlstate", None), str)]
    assert len(known) > 200
    assert all(issubclass(classify(sqlstate, ""), StoreError) for sqlstate in known)


@pytest.mark.parametrize(
    ("error", "expected", "message"),
    [
        (
            psycopg.OperationalError("server closed the connection\n\tunexpectedly\n"),
            Unreachable,
            "server closed the connection; unexpectedly",
        ),
        (psycopg.ProgrammingError("can't adapt type 'object'"), StoreFault, "can't adapt type 'object'"),
        (psycopg.OperationalError("bad password s3cret"), Unreachable, "bad password ***"),
        (ValueError("s3cret is wrong"), StoreFault, "ValueError: *** is wrong"),
    ],
)
def test_errors_that_come_without_a_sqlstate_are_named_too(
    error: Exception, expected: type[StoreError], message: str
) -> None:
    ours = from_driver(error, secret="s3cret")
    assert (type(ours), str(ours), ours.sqlstate) == (expected, message, None)


def test_the_tree_drawn_in_the_docstring_is_the_tree() -> None:
    drawn = {
        line.lstrip("│├└─ ").split(" ", 1)[0] for line in (errors.__doc__ or "").splitlines() if "─" in line
    }
    defined = {
        name for name, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, StoreError)
    }
    assert drawn | {"StoreError"} == defined


@pytest.mark.parametrize(
    ("sqlstate", "condition"),
    [
        ("22003", "numeric value out of range"),
        ("22008", "datetime field overflow"),
        ("22P02", "invalid text representation"),
        ("22XXX", "a value that cannot be read"),
        (None, "a value that cannot be read"),
    ],
)
def test_the_condition_of_invalid_data_does_not_repeat_the_value(
    sqlstate: str | None, condition: str
) -> None:
    assert InvalidData('invalid input syntax for type numeric: "Ada"', sqlstate).condition == condition


def test_a_value_that_the_driver_cannot_hold_is_invalid_data() -> None:
    assert isinstance(from_driver(psycopg.DataError("date too large (after year 10K)")), InvalidData)
