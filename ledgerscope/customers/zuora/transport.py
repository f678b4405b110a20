"""Answers read whole, within a size and a time, whatever the server does."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from ledgerscope.customers.zuora.deadline import Deadline, TooSlow

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from requests import PreparedRequest, Response
    from urllib3 import ProxyManager
    from urllib3.response import HTTPResponse

__all__ = ["BoundedAdapter", "TooLarge", "TooSlow"]

_CHUNK: Final = 65536


class TooLarge(Exception):
    """An answer has more bytes than are read."""


class BoundedAdapter(HTTPAdapter):
    """Sends requests and reads each answer whole: at most `largest` bytes, also of what is compressed.

    `seconds_left` is asked before each request, which ends when they have passed, and between parts of an
    answer; below zero the rest is not read. For one thread.
    """

    def __init__(self, largest: int, seconds_left: Callable[[], float]) -> None:
        super().__init__(max_retries=0)
        self._largest = largest
        self._seconds_left = seconds_left
        self._deadline: Deadline | None = None
        self.poolmanager.pool_classes_by_scheme = _pools_of(self._hold)

    def send(
        self,
        request: PreparedRequest,
        stream: bool = False,  # noqa: ARG002 - each answer is read whole
        timeout: float | tuple[float, float] | tuple[float, None] | None = None,
        verify: bool | str = True,
        cert: bytes | str | tuple[bytes | str, bytes | str] | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> Response:
        """The answer with its whole body; raises TooLarge, TooSlow and what requests and urllib3 raise."""
        with Deadline(self._seconds_left()) as self._deadline:
            answer = super().send(
                request, stream=True, timeout=timeout, verify=verify, cert=cert, proxies=proxies
            )
            try:
                body = self._read(answer)
            except BaseException:
                answer.raw.close()
                raise
        answer.raw.release_conn()
        answer.raw = BytesIO(body)
        return answer

    def proxy_manager_for(self, proxy: str, **settings: Any) -> ProxyManager:
        """Connections through a proxy are timed like others."""
        manager: ProxyManager = super().proxy_manager_for(proxy, **settings)
        manager.pool_classes_by_scheme = self.poolmanager.pool_classes_by_scheme
        return manager

    def _hold(self, connection: HTTPConnection) -> None:
        if self._deadline is not None and connection.sock is not None:
            self._deadline.hold(connection.sock)

    def _read(self, answer: Response) -> bytes:
        """Part by part as they arrive: a reader that waits for full parts would outwait a slow server."""
        body = bytearray()
        while part := answer.raw.read1(_CHUNK, decode_content=True):
            body += part
            if len(body) > self._largest:
                raise TooLarge
            if self._seconds_left() < 0:
                raise TooSlow
        return bytes(body)


def _pools_of(hold: Callable[[HTTPConnection], None]) -> dict[str, type[HTTPConnectionPool]]:
    """Pools whose connections are given to `hold` when they begin to wait for an answer."""

    class Plain(HTTPConnection):
        def getresponse(self) -> HTTPResponse:  # type: ignore[override] # as urllib3 has it
            hold(self)
            return super().getresponse()

    class Encrypted(HTTPSConnection):
        def getresponse(self) -> HTTPResponse:  # type: ignore[override] # as urllib3 has it
            hold(self)
            return super().getresponse()

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class EncryptedPool(HTTPSConnectionPool):
        ConnectionCls = Encrypted

    return {"http": PlainPool, "https": EncryptedPool}
