"""What went wrong with a request: by the status of its answer, or by what the libraries raised."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import requests
from authlib.common.errors import AuthlibBaseError
from urllib3.exceptions import DecodeError, HTTPError, ProtocolError, ReadTimeoutError

from ledgerscope.customers.zuora.errors import ZuoraError
from ledgerscope.customers.zuora.transport import TooLarge, TooSlow

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["failure_of_status", "outcome_of"]

_UNAUTHORIZED: Final = (
    "unauthorized",
    "Zuora refused the client id and secret; check them, and that the OAuth client is active",
)
_BY_STATUS: Final = {
    400: ("rejected", "Zuora did not understand the request (status 400); check base_url"),
    401: _UNAUTHORIZED,
    403: ("forbidden", "Zuora lets this OAuth client list no workflows; its user needs Workflow View Access"),
    429: ("rate_limited", "Zuora was asked too often; ask later"),
    500: ("server_error", "Zuora failed (status 500); ask later"),
    502: ("server_error", "Zuora failed (status 502); ask later"),
    503: ("server_error", "Zuora is not available (status 503); ask later"),
    504: ("server_error", "Zuora failed (status 504); ask later"),
}
_MOVED: Final = range(300, 400)
_CUT_OFF: Final = ("cut_off", "the connection to Zuora broke before the end of its answer; ask again")
_RAISED: Final[tuple[tuple[type[Exception] | tuple[type[Exception], ...], str, str], ...]] = (
    (TooLarge, "too_large", "the answer of Zuora is larger than any that is expected"),
    ((TooSlow, requests.Timeout, ReadTimeoutError), "timeout", "Zuora did not answer in time; ask later"),
    (
        requests.exceptions.SSLError,
        "unreachable",
        "the certificate of the host was not accepted; is it Zuora that answers?",
    ),
    (requests.ConnectionError, "unreachable", "Zuora cannot be reached; check the network and base_url"),
    (DecodeError, "malformed", "the answer of Zuora is not compressed as it says"),
    (HTTPError, *_CUT_OFF),
    (Exception, "malformed", "the exchange with Zuora failed; its answer cannot be used"),
)
"""What the libraries raise, the first that fits. Their own texts may hold addresses, secrets and answers."""


def failure_of_status(status: int, wait: float | None, *, at_sign_in: bool) -> ZuoraError | None:
    """Why an answer with this status cannot be used, with the seconds it asks to wait; None where it can."""
    if status == HTTPStatus.OK:
        return None
    if at_sign_in and status == HTTPStatus.BAD_REQUEST:
        return ZuoraError(*_UNAUTHORIZED)
    if status in _MOVED:
        said = f"the host names another address (status {status}), which is not followed; check base_url"
        return ZuoraError("redirected", said)
    other = ("rejected", f"Zuora answers with status {status}; check base_url")
    return ZuoraError(*_BY_STATUS.get(status, other), retry_after=wait)


def outcome_of(ask: Callable[[], Any]) -> tuple[Any, ZuoraError | None]:
    """The answer, or why there is none. The failure is returned, so that it carries nothing it came from."""
    try:
        return ask(), None
    except ZuoraError as failed:
        return None, failed.with_traceback(None)
    except (TooLarge, TooSlow, requests.RequestException, HTTPError, AuthlibBaseError) as failed:
        return None, _named(failed)


def _named(failed: Exception) -> ZuoraError:
    if isinstance(failed, requests.ConnectionError) and any(
        isinstance(e, ProtocolError) for e in failed.args
    ):
        return ZuoraError(*_CUT_OFF)
    return next(ZuoraError(word, said) for kinds, word, said in _RAISED if isinstance(failed, kinds))
