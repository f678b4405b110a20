"""How far the audit log reaches, and what is known of it."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from tests.integration.oracle.values import INSTANT, Values

if TYPE_CHECKING:
    from tests.integration.oracle.moment import Moment
    from tests.integration.oracle.values import Row

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def entries(now: Moment) -> Values:
    return {(): _last(now)}


def missing_entries(now: Moment) -> Values:
    proven = [row.rows for row in _proofs(now)]
    sealed = [row.seq for row in now.company.of("audit_seal") if row.sealed_at <= now.t]
    return {(): max(*proven, *sealed, _last(now), 0) - _last(now)}


def last_verified(now: Moment) -> Values:
    at = [row.verified_at for row in _proofs(now)]
    return {(): _seconds(max(at))} if at else {}


def faults(now: Moment) -> Values:
    found = sorted(_proofs(now), key=lambda row: row.verified_at)
    last = [*found[-1:], *[row for row in found if row.checked == "seals"][-1:]]
    return {(): max(row.faults for row in last)} if last else {}


def _last(now: Moment) -> int:
    return max((row.seq for row in now.company.of("audit_log") if row.at <= now.t), default=0)


def _proofs(now: Moment) -> list[Row]:
    return [row for row in now.company.of("audit_verification") if row.verified_at <= now.t]


def _seconds(at: datetime) -> Fraction:
    return Fraction((at - _EPOCH) // INSTANT, 1_000_000)
