"""The token that the demo prints opens its API, and nothing else."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from ledgerscope.cli.demo_access import demo_access
from ledgerscope.customers import Refused
from ledgerscope.customers.access.principal import Principal
from ledgerscope.customers.access.tokens import TokenReader

if TYPE_CHECKING:
    import pytest

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


def test_the_token_of_a_start_is_read_for_twelve_hours_by_that_start_only() -> None:
    first, second = demo_access("aurora", NOW), demo_access("aurora", NOW)
    assert first is not None
    assert second is not None
    reader = TokenReader([first.issuer])
    assert reader.principal(first.token, NOW) == Principal("demo", "aurora", frozenset({"viewer"}))
    assert isinstance(reader.principal(first.token, NOW + timedelta(hours=13)), Refused)
    assert isinstance(reader.principal(second.token, NOW), Refused)
    assert first.token not in repr(first.issuer)


def test_without_the_extra_there_is_no_access(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "limits", None)
    assert demo_access("aurora", NOW) is None
