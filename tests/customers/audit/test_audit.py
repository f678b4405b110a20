"""The audit log is read page by page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledgerscope.customers import Refused
from ledgerscope.customers.audit import Audit, AuditPage, ListAudit
from tests.customers.audit.conftest import KEYS, proof

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledgerscope.customers.operations import Operations


def test_the_log_is_read_newest_first(sealed: Operations) -> None:
    first = Audit(sealed).list(ListAudit(limit=2))
    assert isinstance(first, AuditPage)
    assert [entry.seq for entry in first.entries] == [5, 4]
    rest = Audit(sealed).list(ListAudit(limit=3, before=first.next_before))
    assert isinstance(rest, AuditPage)
    assert ([entry.seq for entry in rest.entries], rest.next_before) == ([3, 2, 1], None)
    subject = first.entries[0].subject
    only = Audit(sealed).list(ListAudit(subject=subject, action="customer.created", actor="anna"))
    assert isinstance(only, AuditPage)
    assert [entry.seq for entry in only.entries] == [5]
    assert isinstance(Audit(sealed).list(ListAudit(limit=0)), Refused)


def test_another_company_reads_and_proves_only_its_own(
    sealed: Operations, operations_of: Callable[[str], Operations]
) -> None:
    other = operations_of("bolt")
    page = Audit(other).list()
    assert isinstance(page, AuditPage)
    assert page.entries == ()
    assert proof(other, KEYS).rows == 0
