"""Churn and retention over the customers that were there at the start."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from ledgerscope.domain.churn import (
    Share,
    gross_churn,
    grr,
    logo_churn,
    net_churn,
    nrr,
    paying,
    subscriber_churn,
)
from ledgerscope.domain.mrr import Version, mrr

if TYPE_CHECKING:
    from collections.abc import Mapping

RATES = {"EUR": Fraction(1), "JPY": Fraction(1, 2)}


def at(n: int) -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=n)


def version(customer: str, start: int, end: int | None, amount: int, currency: str = "EUR") -> Version:
    return Version(customer, currency, Fraction(amount), at(start), None if end is None else at(end))


# In (10, 40] ada grows, bob shrinks, cyd leaves, dan comes, eve comes and goes, fay leaves and returns.
BASE = (
    version("ada", 0, 20, 100),
    version("ada", 20, None, 150),
    version("bob", 0, 20, 100),
    version("bob", 20, None, 60),
    version("cyd", 0, 30, 40),
    version("dan", 15, None, 70),
    version("eve", 15, 25, 30),
    version("fay", 0, 20, 60),
    version("fay", 30, None, 60),
)


def worth(amounts: Mapping[str, Fraction]) -> Fraction:
    return sum((amount * RATES[currency] for currency, amount in amounts.items()), start=Fraction())


def share(part: Fraction | int, whole: Fraction | int) -> Share:
    return Share(Fraction(part), Fraction(whole))


def test_logo_churn_looks_at_both_ends_only() -> None:
    assert paying(BASE, at(10)) == {"ada", "bob", "cyd", "fay"}
    assert logo_churn(BASE, at(10), at(40)) == share(1, 4)


def test_stripes_subscriber_churn_counts_those_won_within_the_window_on_both_sides() -> None:
    assert subscriber_churn(BASE, at(10), at(40)) == share(2, 6)


def test_gross_churn_is_churn_and_contraction_of_mrr_at_the_start() -> None:
    # cyd 40, eve 30 and fay 60 churned, bob contracted by 40
    assert gross_churn(BASE, at(10), at(40), RATES) == share(170, 300)


def test_net_churn_takes_expansion_and_reactivation_off() -> None:
    assert net_churn(BASE, at(10), at(40), RATES) == share(170 - 50 - 60, 300)


def test_retention_leaves_out_who_was_not_there_at_the_start() -> None:
    assert grr(BASE, at(10), at(40), RATES) == share(100 + 60 + 60, 300)
    assert nrr(BASE, at(10), at(40), RATES) == share(150 + 60 + 60, 300)


def test_several_currencies_are_valued_at_one_rate() -> None:
    versions = (version("ada", 0, None, 100), version("bob", 0, 20, 100, "JPY"))
    assert gross_churn(versions, at(10), at(40), RATES) == share(50, 150)


def test_a_switch_of_currency_loses_nobody() -> None:
    versions = (version("ada", 0, 20, 100), version("ada", 20, None, 160, "JPY"))
    assert logo_churn(versions, at(10), at(40)) == share(0, 1)
    assert gross_churn(versions, at(10), at(40), RATES) == share(100, 100)
    assert net_churn(versions, at(10), at(40), RATES) == share(20, 100)
    assert grr(versions, at(10), at(40), RATES) == nrr(versions, at(10), at(40), RATES) == share(80, 100)


def test_there_is_no_ratio_where_nothing_was_there_to_lose() -> None:
    assert logo_churn((), at(10), at(40)).ratio is None
    assert share(1, 4).ratio == Fraction(1, 4)


VERSIONS = st.lists(
    st.builds(
        lambda customer, start, length, amount, currency: version(
            customer, start, start + length, amount, currency
        ),
        st.sampled_from("abc"),
        st.integers(0, 40),
        st.integers(1, 40),
        st.integers(1, 50),
        st.sampled_from(sorted(RATES)),
    ),
    max_size=8,
)


@given(VERSIONS)
def test_net_churn_and_new_business_account_for_the_whole_change_of_mrr(versions: list[Version]) -> None:
    start, end = at(10), at(40)
    change = worth(mrr(versions, end)) - worth(mrr(versions, start))
    firsts = {c: min(v.start for v in versions if v.customer == c) for c in {v.customer for v in versions}}
    new = sum(
        (
            v.mrr * RATES[v.currency]
            for v in versions
            if start < v.start <= end and v.start == firsts[v.customer]
        ),
        start=Fraction(),
    )
    assert change == new - net_churn(versions, start, end, RATES).part


@given(VERSIONS)
def test_retention_is_what_a_loop_over_the_customers_finds(versions: list[Version]) -> None:
    def total(customer: str, n: int) -> Fraction:
        amounts = (v.mrr * RATES[v.currency] for v in versions if v.customer == customer and v.covers(at(n)))
        return sum(amounts, start=Fraction())

    present = [customer for customer in "abc" if total(customer, 10)]
    whole = sum((total(customer, 10) for customer in present), start=Fraction())
    assert grr(versions, at(10), at(40), RATES) == share(
        sum(min(total(c, 10), total(c, 40)) for c in present), whole
    )
    assert nrr(versions, at(10), at(40), RATES) == share(sum(total(c, 40) for c in present), whole)
    assert logo_churn(versions, at(10), at(40)) == share(sum(not total(c, 40) for c in present), len(present))
