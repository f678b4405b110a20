"""Receives Alertmanager's webhooks and writes one line of JSON for each alert: the channel always there.

Runs in docker-compose beside Alertmanager with nothing but Python. Requests have to carry the bearer token.
"""  # noqa: INP001 - a script that is mounted as one file, no part of a package

from __future__ import annotations

import argparse
import hmac
import json
import sys
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["Receiver", "lines", "main"]

MAX_BODY = 4 * 1024 * 1024
_REPORTED = ("summary", "description", "dashboard_url", "runbook_url")


def lines(receiver: str, notification: Mapping[str, object]) -> Iterator[str]:
    """One line for each alert: which receiver, what happened, where to look. TypeError: no notification."""
    alerts = notification["alerts"]
    if not isinstance(alerts, list):
        raise TypeError("a notification holds a list of alerts")
    for alert in alerts:
        reported = {name: alert["annotations"][name] for name in _REPORTED if name in alert["annotations"]}
        yield json.dumps({"receiver": receiver, "status": alert["status"], **alert["labels"], **reported})


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        given = self.headers.get("Authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {self.server.token}".encode()):
            self._answer(HTTPStatus.UNAUTHORIZED)
            return
        length = int(self.headers.get("Content-Length", "0"))
        if length > MAX_BODY:
            self._answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return
        self._answer(self._write(self.rfile.read(length)))

    def log_message(self, *_: object) -> None:
        """Nothing: what is received is the log."""

    def _write(self, body: bytes) -> HTTPStatus:
        try:
            reported = list(lines(self.path.strip("/"), json.loads(body)))
        except (ValueError, LookupError, TypeError):
            return HTTPStatus.BAD_REQUEST
        for line in reported:
            print(line, file=self.server.output, flush=True)
        return HTTPStatus.OK

    def _answer(self, status: HTTPStatus) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()


class Receiver(ThreadingHTTPServer):
    """The server; `token` is what callers must know, `output` is where lines go."""

    def __init__(self, address: tuple[str, int], token: str, output: TextIO) -> None:
        super().__init__(address, _Handler)
        self.token = token
        self.output = output


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--address", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=9099)
    parser.add_argument("--token-file", type=Path, required=True)
    chosen = parser.parse_args(arguments)
    token = chosen.token_file.read_text(encoding="utf-8").strip()
    with Receiver((chosen.address, chosen.port), token, sys.stdout) as server:
        server.serve_forever()


if __name__ == "__main__":
    main()
