"""Settings of single customers: typed, checked, with defaults; secrets are none."""

from __future__ import annotations

from ledgerscope.customers.settings.known import DEFAULTS, KNOWN, Setting
from ledgerscope.customers.settings.settings import (
    MOST_CUSTOMERS,
    BulkDone,
    Settings,
    SettingsDone,
    SettingView,
)

__all__ = [
    "DEFAULTS",
    "KNOWN",
    "MOST_CUSTOMERS",
    "BulkDone",
    "Setting",
    "SettingView",
    "Settings",
    "SettingsDone",
]
