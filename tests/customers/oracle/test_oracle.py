"""Short random histories of a company, and what the documents say of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.customers.oracle.files import Files
from tests.customers.oracle.people import People
from tests.customers.oracle.sync import Synced
from tests.customers.oracle.world import World
from tests.thoroughness import tries

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine


@pytest.mark.parametrize("seed", range(tries(1, thorough=25)))
def test_money_is_what_the_definitions_say(owner: Engine, app: Engine, seed: int) -> None:
    world = World(owner, app, f"money-{seed}", seed)
    world.run()
    assert world.found == [], world.told()


@pytest.mark.parametrize("seed", range(tries(1, thorough=25)))
def test_people_are_counted_as_the_documents_say(owner: Engine, app: Engine, seed: int) -> None:
    people = People(owner, app, f"people-{seed}", seed)
    people.run()
    assert people.found == [], "\n".join(people.story)


@pytest.mark.parametrize("seed", range(tries(1, thorough=25)))
def test_synchronisation_is_due_when_the_documents_say(owner: Engine, app: Engine, seed: int) -> None:
    synced = Synced(owner, app, f"sync-{seed}", seed)
    synced.run(15)
    assert synced.found == [], "\n".join(synced.story)


@pytest.mark.parametrize("seed", range(tries(1, thorough=35)))
def test_files_do_to_customers_what_their_rows_say(
    owner: Engine, app: Engine, tmp_path: Path, seed: int
) -> None:
    files = Files(owner, app, f"files-{seed}", seed, tmp_path)
    files.run()
    assert files.found == [], "\n".join(files.story)
