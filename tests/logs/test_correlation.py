"""One identifier for all that happens for one request, in its threads too."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from ledgerscope.logs import correlated, correlation_id, in_this_context


def test_calls_within_a_call_share_its_identifier() -> None:
    assert correlation_id() is None
    with correlated() as made, correlated() as inner:
        assert made == inner == correlation_id()
        with correlated("given") as given:
            assert given == correlation_id() == "given"
        assert correlation_id() == made
    assert correlation_id() is None


def test_two_requests_have_two() -> None:
    with correlated() as first:
        pass
    with correlated() as second:
        pass
    assert first != second


def test_a_thread_gets_that_of_the_call_that_starts_it() -> None:
    together = Barrier(2)

    def work() -> str | None:
        together.wait()  # both at once: a context is entered by one thread only
        return correlation_id()

    with ThreadPoolExecutor(2) as pool, correlated("c-7"):
        told = in_this_context(work)
        assert [each.result() for each in [pool.submit(told), pool.submit(told)]] == ["c-7", "c-7"]
        assert pool.submit(correlation_id).result() is None
