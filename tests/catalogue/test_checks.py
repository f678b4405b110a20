"""The catalogue passes its own checks, and each check finds the fault it is there for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ledgerscope.catalogue import Kind, Label, Metric, Owner, Unit, all_metrics
from ledgerscope.catalogue.checks import check
from ledgerscope.catalogue.labels import COMPANY, CURRENCY
from ledgerscope.catalogue.owners import FINANCE

SOUND = Metric(
    name="customer_things",
    kind=Kind.GAUGE,
    help="Things.",
    unit=Unit.COUNT,
    labels=(COMPANY,),
    owner=FINANCE,
)
STRANGER = Owner(team="strangers", title="Strangers", mission="none")


def test_the_catalogue_has_no_finding() -> None:
    assert [str(issue) for issue in check(list(all_metrics()))] == []


def test_a_sound_metric_has_no_finding() -> None:
    assert check([SOUND]) == []


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (replace(SOUND, name="customerThings"), "names are lower case"),
        (replace(SOUND, name="customer_things_count"), "suffix _count belongs to histograms"),
        (replace(SOUND, name="customer_things_gauge"), "leave out 'gauge'"),
        (replace(SOUND, name="customer_things_total"), "counters end in _total"),
        (replace(SOUND, kind=Kind.COUNTER), "counters end in _total"),
        (replace(SOUND, unit=Unit.SECONDS), "need the suffix _seconds"),
        (replace(SOUND, name="customer_wait_milliseconds"), "'milliseconds' is no base unit"),
        (replace(SOUND, help="Two\nlines."), "one line of text"),
        (replace(SOUND, help="No stop"), "ends with a full stop"),
        (replace(SOUND, owner=STRANGER), "owner 'strangers' is not in owners.py"),
        (replace(SOUND, buckets=(1.0,)), "histograms have buckets"),
        (replace(SOUND, kind=Kind.HISTOGRAM), "histograms have buckets"),
        (replace(SOUND, kind=Kind.HISTOGRAM, buckets=(2.0, 1.0)), "bounds rise strictly"),
        (replace(SOUND, unit=Unit.CURRENCY), "needs the label currency"),
        (replace(SOUND, labels=(CURRENCY,)), "company_id as first label"),
        (replace(SOUND, labels=(COMPANY, CURRENCY, CURRENCY)), "label currency occurs 2 times"),
        (replace(SOUND, labels=(COMPANY, Label(name="page", help=".", bound=99999))), "bound its labels"),
        (replace(SOUND, impossible=frozenset({("a",)})), "is no combination of its closed labels"),
        (replace(SOUND, labels=(COMPANY, Label(name="le", help=".", bound=1))), "'le' is no legal name"),
        (replace(SOUND, labels=(COMPANY, Label(name="tone", help="."))), "closed list of values or a bound"),
        (
            replace(SOUND, labels=(COMPANY, Label(name="tone", help=".", values=("a", "a")))),
            "label tone lists a value twice",
        ),
        (replace(SOUND, labels=(COMPANY, Label(name="job", help=".", bound=1))), "often a target label"),
        (replace(SOUND, labels=(COMPANY, Label(name="email", help=".", bound=1))), "identify a customer"),
    ],
)
def test_each_fault_is_found(fault: Metric, message: str) -> None:
    assert any(message in issue.message for issue in check([fault])), check([fault])


def test_a_target_label_is_allowed_with_a_stated_reason() -> None:
    label = Label(name="job", help=".", bound=1, clash="honor_labels is set for this target")
    assert check([replace(SOUND, labels=(COMPANY, label))]) == []


def test_two_metrics_may_not_share_a_name() -> None:
    other = replace(SOUND, labels=(COMPANY, CURRENCY))
    assert any("2 metrics share this name" in issue.message for issue in check([SOUND, other]))
