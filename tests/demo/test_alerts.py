"""A healthy business sets off no alert, and each incident sets off those that name it.

Our collectors read the generated and the simulated business, and our own PromQL evaluates our rules over what
they read.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import pytest

from ledgerscope.demo.load import load_demo
from ledgerscope.demo.simulation import INCIDENTS, Simulation
from ledgerscope.store import roles
from ledgerscope.store.engine import Session, create_engine
from tests.demo.alerts import longest_hold, plan, plan_of, watch
from tests.thoroughness import sample, tries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy import URL, Engine

    from ledgerscope.demo.simulation import Incident

    Begin = Callable[[Sequence[Incident]], Callable[[datetime], None]]

UNTIL: Final = datetime(2026, 6, 17, 12, tzinfo=UTC)
SCALE: Final = 0.2
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
MINUTES: Final = timedelta(minutes=5)
HALF_AN_HOUR: Final = timedelta(minutes=30)
STEPS: Final = tries(15, thorough=25)
"""Of five minutes: one hour and ten minutes, or two hours."""
DAYS: Final = tries(2, thorough=15)
"""Of the generated business, and again of the one that goes on."""
GENERATED_WINDOWS: Final = {
    "the 1st of a month begins in Berlin": datetime(2026, 5, 31, 22, tzinfo=UTC),
    "a Saturday afternoon": datetime(2026, 6, 13, 15, tzinfo=UTC),
}
"""The middles of two hours that are looked at closely; UNTIL is a Wednesday at noon."""
LIVED_WINDOWS: Final = {
    "from where the generated business ends": UNTIL,
    "around midnight in New York, where the last of the months begins": datetime(2026, 7, 1, 3, tzinfo=UTC),
}
"""The starts of two hours."""
WITHOUT_INCIDENT: Final = {
    "CustomerAgingDoesNotReconcile": "guards our own arithmetic",
    "RevenueBridgeDoesNotClose": "guards our own arithmetic",
    "CredentialsRotationFailing": "few logins of the demo are refused; tests/rules/credentials.test.yml",
    "CustomerSyncOverdue": "no incident stops synchronisation; tests/rules/sync.test.yml",
    "CustomerSyncFailing": "no incident breaks logins; tests/rules/sync.test.yml",
    "CustomerStatementGenerationFailing": "the demo asks for few statements; tests/rules/statements.test.yml",
    "CustomerImportFailureRateHigh": "the demo imports few files; tests/rules/transfers.test.yml",
    "CustomerAuditEntriesMissing": "the schema keeps every entry; tests/customers/audit",
    "CustomerAuditNotSound": "the schema keeps every entry; tests/customers/audit",
    "LedgerscopeDown": "the exporter itself",
    "LedgerscopeAbsent": "the exporter itself",
    "LedgerscopeDatabaseUnreachable": "the database itself",
    "LedgerscopeCollectorFailing": "the database itself",
    "LedgerscopeCollectorStale": "the database itself",
    "LedgerscopeCollectorExpired": "the database itself",
    "LedgerscopeCollectorSlow": "the database itself",
    "LedgerscopeCompanyIsolated": "the schema refuses such data; tests/collectors/test_isolation.py",
}
"""Alerts above info that nothing in the business can set off."""


@pytest.fixture(scope="module")
def loaded_once(clone_template: Callable[[], URL]) -> URL:
    """A fifth of the demo business, as it is at its end; nobody is connected to it, so it can be cloned."""
    url = clone_template()
    load_demo(url.render_as_string(hide_password=False), until=UNTIL, scale=SCALE)
    return url


@pytest.fixture
def business(administration: Engine, clone_database: Callable[[str], URL], loaded_once: URL) -> Iterator[URL]:
    """A copy of the business for one test, dropped after it."""
    assert loaded_once.database is not None
    url = clone_database(loaded_once.database)
    yield url
    with administration.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {url.database} WITH (FORCE)")


@pytest.fixture
def go_on(business: URL) -> Iterator[Begin]:
    """Lets the business live up to an instant, with incidents."""
    engine = create_engine(business, Session(role=roles.APP))

    def begin(incidents: Sequence[Incident]) -> Callable[[datetime], None]:
        now = UNTIL
        simulation = Simulation(engine, 1, lambda: now, beat=MINUTES, incidents=incidents)

        def bring_to(at: datetime) -> None:
            nonlocal now
            if at > now:
                now = at
                simulation.catch_up()

        return bring_to

    yield begin
    engine.dispose()


@pytest.mark.parametrize("middle", sample(GENERATED_WINDOWS, 1))
def test_hours_of_the_generated_business_are_quiet(loaded_once: URL, middle: str) -> None:
    assert watch(loaded_once, GENERATED_WINDOWS[middle] - HOUR, MINUTES, STEPS, _as_it_is, plan()) == set()


def test_the_days_of_the_generated_business_are_quiet(loaded_once: URL) -> None:
    assert watch(loaded_once, UNTIL - DAYS * DAY, DAY, DAYS, _as_it_is, plan()) == set()


@pytest.mark.parametrize("start", sample(LIVED_WINDOWS, 1))
def test_hours_of_the_business_that_goes_on_are_quiet(business: URL, go_on: Begin, start: str) -> None:
    assert watch(business, LIVED_WINDOWS[start], MINUTES, STEPS, go_on(()), plan()) == set()


def test_the_days_of_the_business_that_goes_on_are_quiet(business: URL, go_on: Begin) -> None:
    assert watch(business, UNTIL + DAY, DAY, DAYS, go_on(()), plan()) == set()


@pytest.mark.parametrize("name", sample(sorted(INCIDENTS), 3))
def test_an_incident_sets_off_the_alerts_that_name_it(business: URL, go_on: Begin, name: str) -> None:
    incident = INCIDENTS[name]
    rules = plan_of(*incident.alerts)
    bring_to = go_on(())
    bring_to(UNTIL)
    trouble = go_on((incident,))
    begin = UNTIL + 4 * MINUTES
    steps = (begin + longest_hold(rules) + HALF_AN_HOUR - UNTIL) // MINUTES

    def after_a_while(at: datetime) -> None:
        (bring_to if at < begin else trouble)(at)

    fired = {alert.name for alert in watch(business, UNTIL, MINUTES, steps, after_a_while, rules)}
    assert fired == set(incident.alerts)


def _as_it_is(at: datetime) -> None:
    """What was generated goes up to UNTIL already."""


def test_every_alert_has_an_incident_or_a_reason_to_have_none() -> None:
    above_info = {
        placed.rule.name
        for placed in plan().rules
        if placed.rule.labels.get("severity") in {"warning", "critical"}
    }
    named = {alert for incident in INCIDENTS.values() for alert in incident.alerts}
    assert above_info - named - set(WITHOUT_INCIDENT) == set()
    assert (named | set(WITHOUT_INCIDENT)) - above_info == set()
