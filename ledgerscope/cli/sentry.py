"""Errors of a command or of the exporter go to Sentry where LEDGERSCOPE_SENTRY_DSN names a project of it."""

from __future__ import annotations

import os
from typing import Final

from ledgerscope import __version__
from ledgerscope.cli.exits import SettingsFailed
from ledgerscope.logs.sentry import start_sentry

__all__ = ["start"]

_DSN: Final = "LEDGERSCOPE_SENTRY_DSN"
_ENVIRONMENT: Final = "LEDGERSCOPE_SENTRY_ENVIRONMENT"


def start() -> None:
    """Send errors from now on; raises SettingsFailed where that is not possible. The DSN is not repeated."""
    try:
        start_sentry(os.environ[_DSN], release=__version__, environment=os.environ.get(_ENVIRONMENT))
    except ModuleNotFoundError as missing:
        raise SettingsFailed(
            f"environment variable {_DSN}: sending takes packages that are missing (no {missing.name}); "
            "install them with:  pip install 'ledgerscope[sentry]'"
        ) from None
    except ValueError:
        raise SettingsFailed(f"environment variable {_DSN}: is no DSN, as https://key@host/1") from None
