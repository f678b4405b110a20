"""Errors of a process sent to Sentry, masked as the log is. Needs the extra `sentry`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ledgerscope.logs.masking import mask

if TYPE_CHECKING:
    from sentry_sdk.types import Breadcrumb, BreadcrumbHint, Event, Hint

__all__ = ["masked_event", "start_sentry"]

_LEFT_OUT: Final = frozenset({"request", "user", "server_name"})
_AS_IT_IS: Final = frozenset({"sdk", "modules", "contexts", "event_id", "timestamp", "platform"})
"""What the client itself puts in: versions and identifiers."""


def start_sentry(dsn: str, *, release: str, environment: str | None = None) -> None:
    """From now on errors of the log and exceptions that nobody catches are sent there.

    Sent are no local variables, no request bodies, no user, and nothing of libraries but what goes through
    the log. Raises ModuleNotFoundError without the extra, and ValueError for a DSN that is none.
    """
    import sentry_sdk  # noqa: PLC0415 - an extra
    from sentry_sdk.integrations.atexit import AtexitIntegration  # noqa: PLC0415 - same
    from sentry_sdk.integrations.excepthook import ExcepthookIntegration  # noqa: PLC0415 - same
    from sentry_sdk.integrations.logging import LoggingIntegration  # noqa: PLC0415 - same
    from sentry_sdk.integrations.threading import ThreadingIntegration  # noqa: PLC0415 - same

    sentry_sdk.init(
        dsn=dsn,
        release=release,
        environment=environment,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=20,
        before_send=masked_event,
        before_breadcrumb=_masked_breadcrumb,
        traces_sample_rate=None,
        default_integrations=False,
        auto_enabling_integrations=False,
        integrations=[
            AtexitIntegration(callback=lambda _pending, _timeout: None),
            ExcepthookIntegration(),
            LoggingIntegration(),
            ThreadingIntegration(),
        ],
    )


def masked_event(event: Event, _hint: Hint) -> Event:
    """The event as it is sent."""
    kept: dict[str, Any] = {name: value for name, value in event.items() if name not in _LEFT_OUT}
    sent: Event = {  # type: ignore[assignment] # the same keys
        name: value if name in _AS_IT_IS else mask(value) for name, value in kept.items()
    }
    return sent


def _masked_breadcrumb(breadcrumb: Breadcrumb, _hint: BreadcrumbHint) -> Breadcrumb:
    masked: Breadcrumb = mask(breadcrumb)
    return masked
