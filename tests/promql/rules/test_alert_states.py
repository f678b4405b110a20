"""Pending, firing, kept firing: the run-length form against a step-by-step one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgerscope.promql.rules.alert_states import State, live

LETTERS = {State.INACTIVE: "-", State.PENDING: "p", State.FIRING: "F"}


def story(active: str, for_ms: int = 0, keep: int = 0, step: int = 60_000) -> str:
    mask = np.array([letter == "x" for letter in active])
    life = live(mask, np.arange(len(active), dtype=np.int64) * step, for_ms, keep)
    return "".join(LETTERS[State(int(each))] for each in life.states)


@pytest.mark.parametrize(
    ("active", "for_ms", "keep", "expected"),
    [
        ("", 0, 0, ""),
        ("---", 0, 0, "---"),
        ("-xx-", 0, 0, "-FF-"),
        ("xxxx", 120_000, 0, "ppFF"),
        ("xx-xxx", 120_000, 0, "pp-ppF"),
        ("xxxx", 90_000, 0, "ppFF"),
        ("xxx----", 60_000, 120_000, "pFFFF--"),
        ("xxx-xx--", 60_000, 120_000, "pFFFFFFF"),
        ("xx-x", 0, 60_000, "FFFF"),
        ("x-xx", 120_000, 120_000, "p-pp"),
        ("xx--x", 60_000, 90_000, "pFFFF"),
        ("xx---x", 60_000, 90_000, "pFFF-p"),
    ],
)
def test_an_alert_lives_through_its_states(active: str, for_ms: int, keep: int, expected: str) -> None:
    assert story(active, for_ms, keep) == expected


def slowly(active: list[bool], times: list[int], for_ms: int, keep: int) -> tuple[list[int], list[int]]:
    """The same one step at a time, as Prometheus does it."""
    state, active_at, keeps_since = State.INACTIVE, 0, None
    states, since = [], []
    for has, now in zip(active, times, strict=True):
        kept = False
        if has:
            if state is State.INACTIVE:
                state, active_at = State.PENDING, now
            keeps_since = None
        elif state is State.FIRING and keep > 0:
            keeps_since = now if keeps_since is None else keeps_since
            kept = now - keeps_since < keep
        if not has and not kept:
            state, keeps_since = State.INACTIVE, None
        if state is State.PENDING and now - active_at >= for_ms:
            state = State.FIRING
        states.append(int(state))
        since.append(active_at if state is not State.INACTIVE else 0)
    return states, since


@given(
    active=st.lists(st.booleans(), max_size=40),
    for_ms=st.sampled_from([0, 30_000, 60_000, 90_000, 180_000]),
    keep=st.sampled_from([0, 30_000, 60_000, 90_000, 180_000]),
    step=st.sampled_from([15_000, 60_000, 100_000]),
)
def test_runs_give_what_steps_give(active: list[bool], for_ms: int, keep: int, step: int) -> None:
    times = [index * step for index in range(len(active))]
    life = live(np.array(active, dtype=bool), np.array(times, dtype=np.int64), for_ms, keep)
    assert (life.states.tolist(), life.active_since.tolist()) == slowly(active, times, for_ms, keep)
