"""Files of customers, and imports of the company acme."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from collectors.lifecycle import LifecycleCollector
from ledgerscope.customers.transfers import ImportCustomers, ImportResult, Imports, Watch

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy import Engine

    from ledgerscope.customers.operations import Operations
    from ledgerscope.customers.transfers import Problem
    from tests.customers.conftest import Clock


@dataclass
class Desk:
    """Takes in texts as files of their own."""

    folder: Path
    imports: Imports

    def file(self, content: str | bytes, name: str = "customers.csv") -> Path:
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def take_in(self, content: str | bytes, name: str = "customers.csv", **more: Any) -> ImportResult:
        done = self.imports.run(ImportCustomers(path=self.file(content, name), **more))
        assert isinstance(done, ImportResult), done
        return done

    def check(
        self, content: str | bytes, name: str = "customers.csv", **more: Any
    ) -> tuple[ImportResult, list[Problem]]:
        told: list[Problem] = []
        asked = ImportCustomers(path=self.file(content, name), **more)
        done = self.imports.check(asked, Watch(report=told.append))
        assert isinstance(done, ImportResult), done
        return done, told


@pytest.fixture
def desk(tmp_path: Path, operations: Operations) -> Desk:
    return Desk(tmp_path, Imports(operations))


@pytest.fixture
def collect_lifecycle(exporter: Engine, clock: Clock) -> Callable[[], dict[Any, float]]:
    """Counts `customer_created_total` as a scrape would."""

    def collect() -> dict[Any, float]:
        with exporter.execution_options(isolation_level="REPEATABLE READ").connect() as connection:
            found = LifecycleCollector().collect(connection, clock.now + timedelta(minutes=1))
            return {
                one.labels: float(one.value)  # type: ignore[arg-type] # a counter's value is a number
                for one in found
                if one.metric.name == "customer_created_total"
            }

    return collect
