"""A client of one Zuora tenant: signs in, asks again where that helps, and gives up in time.

The libraries that ask are imported with the first client: decisions about logins and workflows need none.
"""

from __future__ import annotations

import json
import random
import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Self

from ledgerscope.customers.zuora.errors import ZuoraError
from ledgerscope.customers.zuora.login import fault_of_login
from ledgerscope.customers.zuora.rate_limit import asked_to_wait, backed_off, read_rate_limit
from ledgerscope.customers.zuora.workflows import PAGE_LENGTH, read_page

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from authlib.integrations.requests_client import OAuth2Session
    from requests import Response

    from ledgerscope.customers.zuora.login import Login
    from ledgerscope.customers.zuora.rate_limit import RateLimit
    from ledgerscope.customers.zuora.workflows import Workflow, WorkflowPage

__all__ = ["Limits", "Zuora"]

_TOKEN: Final = re.compile(r"[\x21-\x7e]{1,8192}")
_MARGIN: Final = 60.0
"""Seconds before its end from which a token is no longer used; a tenth of its life where that is less."""
_AGAIN: Final = frozenset({"rate_limited", "server_error", "timeout", "unreachable", "cut_off"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long and how much is waited and read.

    Seconds to connect, between parts of an answer, for everything, and between tries; tries of one request;
    bytes of one answer; pages of one list.
    """

    connect: float = 5.0
    read: float = 30.0
    total: float = 300.0
    longest_wait: float = 60.0
    tries: int = 5
    largest_answer: int = 10_000_000
    pages: int = 2_000


class Zuora:
    """The Zuora of one login, for one thread. Everything that fails raises ZuoraError.

    The time for everything (`Limits.total`) runs from the first request on. `sleep` waits for so many
    seconds, `clock` gives seconds that only go up, `now` the instant for dates in headers, and `chance` an
    even number from 0 to 1. `allow` are hosts besides Zuora's own, see `fault_of_login`. Redirects are
    not followed.
    """

    def __init__(
        self,
        login: Login,
        *,
        allow: Collection[str] = (),
        limits: Limits = Limits(),
        sleep: Callable[[float], object] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        chance: Callable[[], float] = random.random,
    ) -> None:
        fault = fault_of_login(login, allow)
        if fault is not None:
            raise ZuoraError("configuration", fault.reason)
        self._base_url = login.base_url.rstrip("/")
        self._limits = limits
        self._sleep = sleep
        self._clock = clock
        self._now = now
        self._chance = chance
        self._ends_at: float | None = None
        self._token_until: float | None = None
        self._session = self._new_session(login)
        self.calls = 0
        """Requests sent, each try and each sign-in."""
        self.rate_limit: RateLimit | None = None
        """What the last answer that said anything about it said."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Zuora({self._base_url!r})"

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def sign_in(self) -> None:
        """A token, where there is none that is still good."""
        if self._token_until is None or self._clock() >= self._token_until:
            self._tried(self._fetch_token)

    def first_page(self) -> tuple[Workflow, ...]:
        """The first workflows: one page, which shows that the login may list them."""
        return self._page(1).workflows

    def workflows(self) -> Iterator[Workflow]:
        """Every workflow once, page by page as they are asked for."""
        seen: set[str] = set()
        for number in range(1, self._limits.pages + 1):
            page = self._page(number)
            fresh = [each for each in page.workflows if each.workflow_id not in seen]
            seen.update(each.workflow_id for each in fresh)
            yield from fresh
            if not page.more:
                return
            if not fresh:
                raise ZuoraError(
                    "malformed", f"page {number} of the workflows holds nothing new, and goes on"
                )
        raise ZuoraError("malformed", f"the workflows have more than {self._limits.pages} pages")

    def _new_session(self, login: Login) -> OAuth2Session:
        from authlib.integrations.requests_client import OAuth2Session  # noqa: PLC0415 - see above

        from ledgerscope.customers.zuora.transport import BoundedAdapter  # noqa: PLC0415 - see above

        session = OAuth2Session(
            login.client_id, login.client_secret, token_endpoint_auth_method="client_secret_post"  # noqa: S106 - its name
        )  # fmt: skip
        adapter = BoundedAdapter(self._limits.largest_answer, self._seconds_left)
        session.adapters.clear()
        session.mount(self._base_url, adapter)
        session.register_compliance_hook("access_token_response", self._checked_token)
        return session

    def _page(self, number: int) -> WorkflowPage:
        self.sign_in()
        try:
            answer = self._tried(lambda: self._get(number))
        except ZuoraError as failed:
            if failed.error_class != "unauthorized":
                raise
            self._token_until = None
            self.sign_in()
            answer = self._tried(lambda: self._get(number))
        return read_page(answer.content)

    def _get(self, number: int) -> Response:
        answer = self._session.get(
            f"{self._base_url}/workflows",
            params={"page": number, "page_length": PAGE_LENGTH},
            headers={"Accept": "application/json"},
            **self._sending(),
        )
        self._check(answer)
        found: Response = answer
        return found

    def _fetch_token(self) -> None:
        """Authlib asks and keeps the token, without its end by the clock of the day, which can jump."""
        token = self._session.fetch_token(
            f"{self._base_url}/oauth/token", grant_type="client_credentials", **self._sending()
        )
        life = float(token["expires_in"])
        self._session.token = {"access_token": token["access_token"], "token_type": "Bearer"}
        self._token_until = self._clock() + life - min(_MARGIN, life / 10)

    def _sending(self) -> dict[str, Any]:
        self.calls += 1
        read = max(min(self._limits.read, self._seconds_left()), 0.001)
        return {"allow_redirects": False, "timeout": (min(self._limits.connect, read), read)}

    def _checked_token(self, answer: Response) -> Response:
        self._check(answer, at_sign_in=True)
        fault = _fault_of_token(answer.content)
        if fault is not None:
            raise ZuoraError("malformed", f"the answer of Zuora to the sign-in is no token: {fault}")
        return answer

    def _check(self, answer: Response, *, at_sign_in: bool = False) -> None:
        from ledgerscope.customers.zuora.failures import failure_of_status  # noqa: PLC0415 - see above

        self.rate_limit = read_rate_limit(answer.headers) or self.rate_limit
        failure = failure_of_status(
            answer.status_code, asked_to_wait(answer.headers, self._now), at_sign_in=at_sign_in
        )
        if failure is not None:
            raise failure

    def _tried(self, ask: Callable[[], Any]) -> Any:
        """What the request comes to, asked again as long as that may help and there is time."""
        from ledgerscope.customers.zuora.failures import outcome_of  # noqa: PLC0415 - see above

        tries = 0
        while True:
            if self._seconds_left() <= 0:
                raise ZuoraError("timeout", f"Zuora was not done within {self._limits.total:g} seconds")
            answer, failure = outcome_of(ask)
            if failure is None:
                return answer
            tries += 1
            if failure.error_class not in _AGAIN or tries >= self._limits.tries:
                raise failure
            self._wait(failure, tries)

    def _wait(self, failure: ZuoraError, tries: int) -> None:
        limits = self._limits
        seconds = backed_off(tries, limits.longest_wait, self._chance())
        if failure.retry_after is not None:
            seconds += failure.retry_after
            if failure.retry_after > limits.longest_wait:
                raise failure
        if seconds >= self._seconds_left():
            raise failure
        self._sleep(seconds)

    def _seconds_left(self) -> float:
        moment = self._clock()
        if self._ends_at is None:
            self._ends_at = moment + self._limits.total
        return self._ends_at - moment


def _fault_of_token(body: bytes) -> str | None:
    try:
        token = json.loads(body)
    except (ValueError, RecursionError):
        return "expected JSON"
    if not isinstance(token, dict):
        return "expected an object"
    if not isinstance(token.get("access_token"), str) or _TOKEN.fullmatch(token["access_token"]) is None:
        return "access_token: expected printable ASCII"
    if str(token.get("token_type", "")).lower() != "bearer":
        return "token_type: expected bearer"
    life = token.get("expires_in")
    if not isinstance(life, int | float) or isinstance(life, bool) or not 0 < life < 10**9:
        return "expires_in: expected a number of seconds"
    return None
