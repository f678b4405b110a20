"""What Sentry receives has no secret, no personal data and no local variable; without a DSN nothing does."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from ledgerscope.cli import main
from ledgerscope.logs import MASKED
from ledgerscope.logs.sentry import masked_event

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAM = """
import sys
from ledgerscope.logs import get_logger
from ledgerscope.logs.sentry import start_sentry
start_sentry(sys.argv[1], release="1.0")
private = "Ann Example", "ann" + chr(64) + "northwind.example", "+43 1 555" + "1234", "hun" + "ter2"
name, email, phone, password = private
log = get_logger("operations")
log.info("Customer created", email=email, company_id="acme")
log.error("Failed", name=name, company_id="acme", why=f"{email} {phone} password={password}")
raise ValueError(f"name={name!r} {email} {phone} postgresql://app:{password}@db/x")
"""
PRIVATE = ("Ann Example", "ann@", "5551234", "hunter2")


class Sentry(HTTPServer):
    """Keeps the items of the envelopes that it is sent."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.bodies: list[str] = []

    @property
    def dsn(self) -> str:
        return f"http://key@127.0.0.1:{self.server_port}/1"

    @property
    def events(self) -> list[Any]:
        items = [json.loads(line) for body in self.bodies for line in body.splitlines() if line]
        return [item for item in items if "level" in item]


class _Handler(BaseHTTPRequestHandler):
    server: Sentry

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        packed = self.headers.get("Content-Encoding") == "gzip"
        self.server.bodies.append((gzip.decompress(body) if packed else body).decode())
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - same
        pass


@pytest.fixture
def sentry() -> Iterator[Sentry]:
    server = Sentry()
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_errors_arrive_without_what_is_private(sentry: Sentry) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, sentry.dsn], capture_output=True, text=True, check=False
    )
    assert "ValueError" in ran.stderr
    logged, crashed = sorted(sentry.events, key=lambda event: "exception" in event)
    assert (logged["level"], logged["logentry"]["message"]) == ("error", "Failed")
    assert logged["extra"]["context"]["company_id"] == "acme"
    assert crashed["exception"]["values"][0]["type"] == "ValueError"
    assert crashed["exception"]["values"][0]["value"].startswith(f"name={MASKED} {MASKED}")
    assert "vars" not in crashed["exception"]["values"][0]["stacktrace"]["frames"][-1]
    for private in PRIVATE:
        assert private not in "\n".join(sentry.bodies)
    for left_out in ("request", "user", "server_name"):
        assert left_out not in logged


def test_requests_and_users_are_not_sent() -> None:
    event: Any = {"request": {"data": "x"}, "user": {"id": 1}, "server_name": "h"}
    event["message"] = "to a@b.example"
    assert masked_event(event, {}) == {"message": f"to {MASKED}"}


def test_a_dsn_that_is_none_is_said_to_be_without_repeating_it() -> None:
    ran = CliRunner(env={"LEDGERSCOPE_SENTRY_DSN": "hunter2"}).invoke(main, ["metrics"])
    assert ran.exit_code == 3
    assert "is no DSN" in ran.output
    assert "hunter2" not in ran.output


def test_without_a_dsn_the_client_is_not_even_loaded() -> None:
    look = "import sys; from ledgerscope.cli import main; main(['metrics', '--help'], standalone_mode=False)"
    code = f"{look}; sys.exit('sentry_sdk' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert ran.returncode == 0
