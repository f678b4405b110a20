"""The exporter says about itself what the catalogue promises, no more and no less."""

from __future__ import annotations

from datetime import timedelta

from exporter.reporting.self_metrics import ISOLATED_NAMED, self_readings
from exporter.settings.policy import Policy
from exporter.state.collector_state import Outcome, Record
from exporter.state.failures import Failure, FailureClass
from exporter.state.page import Publisher
from exporter.state.snapshot import take
from ledgerscope.catalogue import exporter as catalogue
from tests.exporter.doubles import NOON

POLICY = Policy(timedelta(seconds=15), timedelta(seconds=20), timedelta(seconds=45))
LATER = NOON + timedelta(seconds=30)


def readings(*outcomes: Outcome) -> dict[tuple[str, ...], float]:
    page = Publisher([Record("jobs", POLICY)]).report(outcomes, NOON)
    served = self_readings(page, LATER, "1.2.3")
    return {(one.metric.name, *one.labels): one.value for one in served if isinstance(one.value, float)}


def test_after_a_success_every_metric_of_the_catalogue_is_reported_with_legal_labels() -> None:
    slot = take([], as_of=NOON, finished_at=NOON, isolated={"acme": "zone Mars/Olympus is unknown"})
    page = Publisher([Record("jobs", POLICY)]).report([Outcome("jobs", 0.5, slot, 1, 2)], NOON)
    served = self_readings(page, LATER, "1.2.3")
    assert {one.metric for one in served} == set(catalogue.METRICS)
    assert all(one.metric.check(one.labels) for one in served if one.metric.labels)


def test_what_is_reported_follows_from_the_runs_and_the_time() -> None:
    failure = Failure(FailureClass.TIMEOUT, "slow", NOON)
    slot = take([], as_of=NOON, finished_at=NOON + timedelta(seconds=1))
    served = readings(Outcome("jobs", 0.5, slot, 1, 2), Outcome("jobs", 2.0, failure, 1, 2))
    expected = {
        (catalogue.UP.name, "jobs"): 0.0,
        (catalogue.STATE.name, "jobs", "stale"): 1.0,
        (catalogue.STATE.name, "jobs", "fresh"): 0.0,
        (catalogue.AGE.name, "jobs"): 30.0,
        (catalogue.LAST_SUCCESS.name, "jobs"): NOON.timestamp() + 1,
        (catalogue.INTERVAL.name, "jobs"): 15.0,
        (catalogue.DURATION.name, "jobs"): 2.0,
        (catalogue.FAILURES.name, "jobs", "timeout"): 1.0,
        (catalogue.FAILURES.name, "jobs", "data"): 0.0,
        (catalogue.CONSECUTIVE_FAILURES.name, "jobs"): 1.0,
        (catalogue.SKIPPED.name, "jobs"): 0.0,
        (catalogue.REBASES.name, "jobs"): 1.0,
        (catalogue.MISPLACED.name, "jobs"): 2.0,
        (catalogue.ISOLATED_COMPANIES.name, "jobs"): 0.0,
        (catalogue.DATABASE_UP.name,): 1.0,
        (catalogue.BUILD_INFO.name, "1.2.3"): 1.0,
    }
    assert expected.items() <= served.items()


def test_nothing_is_claimed_about_what_has_not_happened() -> None:
    page = Publisher([Record("jobs", POLICY)]).page_at(NOON)
    names = {one.metric for one in self_readings(page, NOON, "1.2.3")}
    assert not names & {
        catalogue.UP,
        catalogue.AGE,
        catalogue.LAST_SUCCESS,
        catalogue.DURATION,
        catalogue.DATABASE_UP,
    }


def test_isolated_companies_are_counted_and_named_up_to_a_bound() -> None:
    companies = {f"company-{number:03}": "zone Mars/Olympus is unknown" for number in reversed(range(50))}
    served = readings(Outcome("jobs", 0.5, take([], as_of=NOON, finished_at=NOON, isolated=companies)))
    named = [labels for (name, *labels) in served if name == catalogue.ISOLATED_COMPANY.name]
    assert served[catalogue.ISOLATED_COMPANIES.name, "jobs"] == 50.0
    assert named == [["jobs", f"company-{number:03}"] for number in range(ISOLATED_NAMED)]
    assert catalogue.ISOLATED_COMPANY.label("company_id").bound == ISOLATED_NAMED


def test_without_isolated_companies_none_is_named() -> None:
    served = readings(Outcome("jobs", 0.5, take([], as_of=NOON, finished_at=NOON)))
    assert served[catalogue.ISOLATED_COMPANIES.name, "jobs"] == 0.0
    assert not [name for (name, *_) in served if name == catalogue.ISOLATED_COMPANY.name]
