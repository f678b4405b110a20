"""Cases of the communication rules: those that follow from the counters are derived."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rules.scenarios.model import AlertCase, RecordingCase

__all__ = ["ALERTS", "RECORDINGS"]

ALERTS: tuple[AlertCase, ...] = ()

RECORDINGS: tuple[RecordingCase, ...] = ()
