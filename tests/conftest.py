"""A fresh database for every test that asks for one: cloned from a template that was migrated once.

One embedded server per test process (so xdist workers share nothing). LEDGERSCOPE_TEST_DATABASE_URL names a
superuser's URL of another server to use instead; LEDGERSCOPE_POSTGRES_BIN another PostgreSQL's programs.
"""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from hypothesis import settings
from sqlalchemy import URL, Engine, make_url

from exporter.http.api.problems import Problem
from exporter.reporting.scrape import Scrape
from exporter.runtime import Exporter
from ledgerscope.store import migrations, roles
from ledgerscope.store.embedded import embedded_postgres
from ledgerscope.store.engine import OWNER, Session, create_engine
from ledgerscope.store.errors import EmbeddedFailed
from tests import processes
from tests.leaks import (
    Listener,
    Outputs,
    leaks_of_database,
    leaks_where_it_still_is,
    listen_to_pages,
    listen_to_problems,
    secrets_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from tests.customers.zuora.server import ZuoraServer

HERE = Path(__file__).parent
LONGEST_FIRST = (
    "demo/test_alerts.py",
    "integration/test_identities.py",
    "integration/test_examples_by_oracle.py",
    "integration/test_panels.py",
    "integration/test_crash.py",
    "cli/test_adding_a_metric.py",
    "demo/test_simulation.py",
    "promql/rules/test_against_promtool.py",
    "integration/test_drift.py",
    "rules/test_rollout.py",
    "test_interruption.py",
)
MEMORY = Path("/dev/shm")  # noqa: S108 -- asked whether it is fit before it is used
ROOM_BYTES = 6 << 30
HEARD = pytest.StashKey["Heard"]()
SERVER_VARIABLE = "LEDGERSCOPE_TEST_DATABASE_URL"

# The same examples in every run, however busy the machine is; the scripts in bench/ look for new ones.
settings.register_profile("repeatable", derandomize=True, deadline=None, database=None)
settings.load_profile("repeatable")


def pytest_configure(config: pytest.Config) -> None:
    """Keep temporary files in memory where there is room: a database is five hundred files, made for a test.

    On a disk that took 0.4 s of processor time for each test, in memory it takes 0.03 s.
    """
    if "TMPDIR" not in os.environ and _is_fit(MEMORY):
        tempfile.tempdir = os.environ["TMPDIR"] = str(MEMORY)
    processes.logs = Path(tempfile.mkdtemp(prefix="ledgerscope-logs-"))
    config.stash[HEARD] = Heard(Outputs(folder=processes.logs, beside=Outputs()))


def pytest_unconfigure() -> None:
    """The logs of programs go with the run."""
    if processes.logs is not None:
        shutil.rmtree(processes.logs, ignore_errors=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None]:
    """After the last test of a file, search for what databases hold that others than the test will drop."""
    if nextitem is not None and nextitem.path == item.path:
        return (yield)
    leaks = item.config.stash[HEARD].leaks(at_end=nextitem is None)
    yield
    reason = getattr(getattr(item, "module", None), "LETS_OUT_ON_PURPOSE", None)
    assert reason or not leaks, "\n".join(leaks)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files that take longest come first, so that no worker is left alone with one at the end."""
    rank = {HERE / name: place for place, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: rank.get(item.path, len(rank)))


def _is_fit(folder: Path) -> bool:
    """Whether programs can be run there, and there is room."""
    if not os.access(folder, os.W_OK):
        return False
    found = os.statvfs(folder)
    return not found.f_flag & os.ST_NOEXEC and found.f_bavail * found.f_frsize > ROOM_BYTES


@dataclass
class Heard:
    """What a run lets out, and the databases that are there longer than a test."""

    outputs: Outputs
    databases: list[URL] = field(default_factory=list)
    kept: list[URL] = field(default_factory=list)

    def forget(self, url: URL) -> None:
        """A database that a test has searched itself goes."""
        for each in (self.databases, self.kept):
            if url in each:
                each.remove(url)

    def leaks(self, *, at_end: bool) -> list[str]:
        """What the file that ends has let out; `at_end` of all, what databases of other files hold, too."""
        whole = self.outputs.beside
        assert whole is not None
        searched = [*self.databases, *(self.kept if at_end else ())]
        self.outputs.read_logs()
        leaks = [
            *secrets_of(whole),
            *(leak for url in searched for leak in leaks_where_it_still_is(_plain(url), whole)),
        ]
        self.kept += self.databases
        self.databases.clear()
        whole.clear()
        return sorted(set(leaks))


@dataclass(frozen=True, slots=True)
class Database:
    """A database of its own for one test; each URL logs in with the rights of one role."""

    owner_url: str
    app_url: str
    exporter_url: str


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """The superuser's URL of the server that tests run on; skips where none can be had."""
    if given := os.environ.get(SERVER_VARIABLE):
        yield given
        return
    directory = Path(tempfile.mkdtemp(prefix="ledgerscope-tests-"))
    directory.chmod(0o755)  # the server's account has to pass through
    try:
        with embedded_postgres(directory, durable=False) as server:
            yield server.url
    except EmbeddedFailed as reason:
        pytest.skip(f"no PostgreSQL for tests: {reason}")
    finally:
        shutil.rmtree(directory)


@pytest.fixture(scope="session")
def administration(server_url: str) -> Iterator[Engine]:
    """For creating and dropping databases: autocommit, as superuser."""
    engine = create_engine(server_url, OWNER, pool_size=1).execution_options(isolation_level="AUTOCOMMIT")
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def template(server_url: str, administration: Engine) -> Iterator[str]:
    """The name of a database at the head revision; nobody is connected to it, so it can be cloned."""
    name = f"template_{uuid4().hex[:12]}"
    with administration.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE template0")
    migrations.upgrade(make_url(server_url).set(database=name))
    yield name
    with administration.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def clone_database(
    server_url: str, administration: Engine, pytestconfig: pytest.Config
) -> Callable[[str], URL]:
    """Makes a copy of a database that nobody is connected to; returns its superuser's URL."""
    heard = pytestconfig.stash[HEARD]

    def clone(original: str) -> URL:
        name = f"test_{uuid4().hex[:12]}"
        with administration.connect() as connection:
            # Copying files beats writing every page to the log (12 against 30 ms on an empty schema).
            connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {original} STRATEGY file_copy")
        url = make_url(server_url).set(database=name)
        heard.databases.append(url)
        return url

    return clone


@pytest.fixture(scope="session")
def clone_template(clone_database: Callable[[str], URL], template: str) -> Callable[[], URL]:
    """Makes one more migrated, empty database, for fixtures of wider scope; returns its superuser's URL."""
    return lambda: clone_database(template)


@pytest.fixture(scope="module")
def shared(clone_template: Callable[[], URL], administration: Engine) -> Iterator[Engine]:
    """The superuser's engine of a database that stays empty: whoever writes to it rolls back."""
    url = clone_template()
    engine = create_engine(url, OWNER).execution_options(isolation_level="REPEATABLE READ")
    yield engine
    engine.dispose()
    with administration.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {url.database} WITH (FORCE)")


@pytest.fixture
def original(template: str) -> str:
    """The name of the database that every test gets a copy of; a file may put a filled one in its place."""
    return template


@pytest.fixture(scope="session", autouse=True)
def outputs(pytestconfig: pytest.Config) -> Outputs:
    """What the test that runs has let out: its log, whatever its level, and the pages it was served."""
    kept = pytestconfig.stash[HEARD].outputs
    logging.getLogger("ledgerscope").addHandler(Listener(kept))
    listen_to_pages(Scrape, Exporter, kept)
    listen_to_problems(Problem, kept)
    return kept


@pytest.fixture(autouse=True)
def every_level_is_heard(outputs: Outputs) -> None:
    """Whatever level the tests before have set."""
    logging.getLogger("ledgerscope").setLevel(logging.DEBUG)


@pytest.fixture
def database(
    administration: Engine,
    clone_database: Callable[[str], URL],
    original: str,
    outputs: Outputs,
    pytestconfig: pytest.Config,
) -> Iterator[Database]:
    """A fresh database, migrated, empty unless the file names another `original`; dropped after the test.

    Before that, what the test let out is searched for the personal data that it has put into the database.
    """
    url = clone_database(original)
    outputs.clear()
    yield Database(_as_role(url, roles.OWNER), _as_role(url, roles.APP), _as_role(url, roles.EXPORTER))
    leaks = leaks_of_database(_plain(url), outputs)
    pytestconfig.stash[HEARD].forget(url)
    with administration.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {url.database} WITH (FORCE)")
    assert not leaks, "\n".join(leaks)


def _plain(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


@pytest.fixture
def owner_url(database: Database) -> str:
    """Sees and writes everything; row-level security does not apply."""
    return database.owner_url


@pytest.fixture
def app_url(database: Database) -> str:
    """The application's rights: one tenant at a time, see `ledgerscope.store.engine.begin_as`."""
    return database.app_url


@pytest.fixture
def exporter_url(database: Database) -> str:
    """The exporter's rights: reads, of all tenants."""
    return database.exporter_url


@pytest.fixture
def owner(owner_url: str) -> Iterator[Engine]:
    """An engine with the owner's rights."""
    yield from _disposed(create_engine(owner_url, OWNER))


@pytest.fixture
def app(app_url: str) -> Iterator[Engine]:
    """An engine with the application's rights."""
    yield from _disposed(create_engine(app_url))


@pytest.fixture
def exporter(exporter_url: str) -> Iterator[Engine]:
    """An engine with the exporter's rights, in sessions that may try to write: rights must refuse it."""
    yield from _disposed(create_engine(exporter_url, Session(application_name="ledgerscope-exporter")))


def _as_role(url: URL, role: str) -> str:
    return url.update_query_dict({"options": f"-c role={role}"}).render_as_string(hide_password=False)


def _disposed(engine: Engine) -> Iterator[Engine]:
    yield engine
    engine.dispose()


@pytest.fixture
def zuora_server() -> Iterator[ZuoraServer]:
    """A Zuora of our own on this machine."""
    from tests.customers.zuora.server import running  # noqa: PLC0415 - needs what only some tests need

    with running() as server:
        yield server
