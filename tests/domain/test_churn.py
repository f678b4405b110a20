"""Churn and retention over the customers that were there at the start."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from hypothesis import given

from ledgerscope.domain.churn import Share, base, logo_churn, lost, retained
from ledgerscope.domain.movements import movements
from ledgerscope.domain.mrr import is_paused
from tests.domain.subscriptions import VERSIONS, at, version, window

if TYPE_CHECKING:
    from ledgerscope.domain.churn import Retained
    from ledgerscope.domain.mrr import Version

RATES = {"EUR": Fraction(1), "JPY": Fraction(1, 2)}
WINDOW = window(10, 40)

# In [10, 40] ada grows, bob shrinks, cyd leaves, dan comes, eve comes and goes, fay leaves and returns,
# gil is paused.
BUSINESS = (
    version(0, 20, 100),
    version(20, None, 150),
    version(0, 20, 100, "bob"),
    version(20, None, 60, "bob"),
    version(0, 30, 40, "cyd"),
    version(15, None, 70, "dan"),
    version(15, 25, 30, "eve"),
    version(0, 20, 60, "fay"),
    version(30, None, 60, "fay"),
    version(0, 20, 20, "gil", status="paused"),
)


def share(part: Fraction | int, whole: Fraction | int) -> Share:
    return Share(Fraction(part), Fraction(whole))


def revenue(*versions: Version) -> Retained:
    found = retained(versions, WINDOW, RATES)
    assert found is not None
    return found


def test_logo_churn_looks_at_both_ends_and_a_pause_is_no_loss() -> None:
    assert base(BUSINESS, WINDOW) == {"ada", "bob", "cyd", "fay", "gil"}
    assert lost(BUSINESS, WINDOW) == {"cyd"}
    assert logo_churn(BUSINESS, WINDOW) == share(1, 5)


def test_gross_churn_is_what_each_customer_pays_less() -> None:
    assert revenue(*BUSINESS).gross_churn == share(40 + 40, 320)
    assert revenue(*BUSINESS).gross_retention == share(240, 320)


def test_net_churn_takes_off_what_others_pay_more() -> None:
    assert revenue(*BUSINESS).net_churn == share(40 + 40 - 50, 320)
    assert revenue(*BUSINESS).net_retention == share(290, 320)


def test_several_currencies_are_valued_at_one_rate() -> None:
    versions = (version(0, None, 100), version(0, 20, 100, "bob", "JPY"))
    assert revenue(*versions).gross_churn == share(50, 150)


def test_a_change_of_currency_at_the_same_value_loses_nothing() -> None:
    versions = (version(0, 20, 100), version(20, None, 200, currency="JPY"))
    assert revenue(*versions).gross_churn == revenue(*versions).net_churn == share(0, 100)


def test_without_a_rate_that_the_base_needs_nothing_is_known() -> None:
    rates = {"EUR": Fraction(1)}
    assert retained([version(0, None, 100, currency="JPY")], WINDOW, rates) is None
    assert retained([version(0, 20, 1), version(20, None, 1, currency="JPY")], WINDOW, rates) is None
    assert retained([version(0, None, 1), version(20, None, 1, "bob", "JPY")], WINDOW, rates) is not None


def test_there_is_no_ratio_where_nothing_was_there_to_lose() -> None:
    assert logo_churn((), WINDOW).ratio is None
    assert revenue().net_retention.ratio is None
    assert share(1, 4).ratio == Fraction(1, 4)


@given(VERSIONS)
def test_gross_churn_and_retention_share_the_start_between_them(versions: list[Version]) -> None:
    found = revenue(*versions)
    whole = found.gross_churn.whole
    assert found.gross_churn.part + found.gross_retention.part == whole
    assert found.net_churn.part + found.net_retention.part == whole
    assert 0 <= found.gross_churn.part <= whole


@given(VERSIONS)
def test_in_one_currency_gross_churn_is_churn_and_contraction(versions: list[Version]) -> None:
    euros = [one for one in versions if one.currency == "EUR"]
    fallen = sum(
        (-m.amount for m in movements(euros, WINDOW) if m.kind in ("churn", "contraction")), Fraction()
    )
    assert revenue(*euros).gross_churn.part == fallen


@given(VERSIONS)
def test_retention_is_what_a_loop_over_the_customers_finds(versions: list[Version]) -> None:
    def worth(customer: str, n: float) -> Fraction:
        return sum(
            (v.price * RATES[v.currency] for v in versions if v.customer == customer and v.recurs(at(n))),
            start=Fraction(),
        )

    present = [customer for customer in ("ada", "bob") if worth(customer, 9.999)]
    ends = {c: worth(c, 9.999) if is_paused(versions, c, at(40)) else worth(c, 40) for c in present}
    assert revenue(*versions).net_retention == share(
        sum(ends.values()), sum((worth(c, 9.999) for c in present), Fraction())
    )
    assert logo_churn(versions, WINDOW) == share(sum(not end for end in ends.values()), len(present))
