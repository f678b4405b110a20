"""Answers read whole, within a size and a time, whatever the server does."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Final

from requests.adapters import HTTPAdapter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from requests import PreparedRequest, Response

__all__ = ["BoundedAdapter", "TooLarge", "TooSlow"]

_CHUNK: Final = 65536


class TooLarge(Exception):
    """An answer has more bytes than are read."""


class TooSlow(Exception):
    """An answer was still arriving when the time was up."""


class BoundedAdapter(HTTPAdapter):
    """Sends requests and reads each answer whole: at most `largest` bytes, also of what is compressed.

    `seconds_left` is asked between parts of an answer; below zero the rest is not read.
    """

    def __init__(self, largest: int, seconds_left: Callable[[], float]) -> None:
        super().__init__(max_retries=0)
        self._largest = largest
        self._seconds_left = seconds_left

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
