"""Logins and synchronisations of the demo: readable with the demo's key, and each run whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from ledgerscope.customers.credentials import CredentialKeys
from ledgerscope.customers.credentials.encryption import Place, unseal
from ledgerscope.customers.sync.runs import job_run_id_of
from ledgerscope.demo.operations.outside import changes_of, demo_keys, login_of, workflows_of
from ledgerscope.store.records import Credential, CredentialAccess, JobRun, SyncRun, SyncSchedule
from tests.demo.conftest import SEED

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from ledgerscope.store.changes_batch import Batch


def test_the_keys_of_the_application_read_every_login_in_use(chapters: list[Batch]) -> None:
    keys = demo_keys(SEED)
    usual = CredentialKeys(keys.current, keys.secrets)
    found = [row for batch in chapters for row in batch.of(Credential) if isinstance(row, Credential)]
    used = [row for row in found if row.ciphertext]
    assert used
    for row in used:
        place = Place(row.tenant_id, row.customer_id, row.version)
        assert unseal(usual, place, row.ciphertext) == login_of(row.customer_id, row.version)
        assert unseal(demo_keys(SEED + 1), place, row.ciphertext) is None


def test_a_version_that_has_ended_keeps_no_secret(chapters: list[Batch]) -> None:
    found = [row for batch in chapters for row in batch.of(Credential) if isinstance(row, Credential)]
    assert {bool(row.ciphertext) for row in found if row.valid.endswith(",)")} == {True}
    assert {bool(row.ciphertext) for row in found if not row.valid.endswith(",)")} == {False}


def test_equal_texts_have_equal_ciphertexts_and_others_do_not() -> None:
    keys = demo_keys(1)
    texts = [b"x" * length for length in range(40)]
    sealed = [keys.encrypt(each) for each in texts]
    assert sealed == [demo_keys(1).encrypt(each) for each in texts]
    assert len(set(sealed)) == len(texts)
    assert [keys.decrypt(each) for each in sealed] == texts


@pytest.mark.parametrize("customer", ["a", "b", "c"])
def test_the_versions_of_workflows_say_how_often_they_changed(customer: str) -> None:
    for changes in range(12):
        assert changes_of(each.version for each in workflows_of(customer, changes)) == changes


def test_every_run_is_over_and_has_its_job_and_its_access(chapters: list[Batch]) -> None:
    runs = [row for batch in chapters for row in batch.of(SyncRun) if isinstance(row, SyncRun)]
    jobs = {row[1] for batch in chapters for row in batch.of(JobRun) if row[4] == "sync-customer"}
    assert jobs == {job_run_id_of(run.sync_run_id) for run in runs}
    assert all(run.finished_at is not None and run.outcome is not None for run in runs)
    assert sum(len(batch.of(CredentialAccess)) for batch in chapters) == len(runs)
    schedules = [row for batch in chapters for row in batch.of(SyncSchedule) if isinstance(row, SyncSchedule)]
    assert all(row.claimed_run_id is None for row in schedules)


def test_last_runs_agree_with_their_schedules(demo: Connection) -> None:
    differ = text("""
        select s.customer_id from sync_schedule s where
            s.last_attempt_at is distinct from (select max(started_at) from sync_run r
                where (r.tenant_id, r.customer_id) = (s.tenant_id, s.customer_id))
            or s.last_success_at is distinct from (select max(started_at) from sync_run r
                where (r.tenant_id, r.customer_id) = (s.tenant_id, s.customer_id) and r.outcome = 'success')
    """)
    assert demo.execute(differ).all() == []
