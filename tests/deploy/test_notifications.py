"""The receiver of notifications: what arrives over HTTP is written down, and strangers are not heard."""

from __future__ import annotations

import importlib.util
import io
import json
import subprocess
import sys
import threading
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

SCRIPT = Path(__file__).parents[2] / "deploy" / "notifications" / "receiver.py"
TOKEN = "open-sesame"
NOTIFICATION = {
    "alerts": [
        {
            "status": "firing",
            "labels": {"alertname": "JobsStuck", "team": "platform"},
            "annotations": {"summary": "Jobs have stopped.", "runbook_url": "http://r", "other": "left out"},
        },
        {"status": "resolved", "labels": {"alertname": "JobsStuck"}, "annotations": {}},
    ]
}


@pytest.fixture(scope="module")
def receiver() -> Any:
    spec = importlib.util.spec_from_file_location("receiver", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def served(receiver: Any) -> Iterator[tuple[str, io.StringIO]]:
    output = io.StringIO()
    with receiver.Receiver(("127.0.0.1", 0), TOKEN, output) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}", output
        server.shutdown()
        thread.join()


def post(url: str, body: bytes, token: str = TOKEN) -> int:
    return httpx.post(url, content=body, headers={"Authorization": f"Bearer {token}"}).status_code


def test_each_alert_becomes_a_line(served: tuple[str, io.StringIO]) -> None:
    url, output = served
    assert post(f"{url}/platform", json.dumps(NOTIFICATION).encode()) == 200
    first, second = [json.loads(line) for line in output.getvalue().splitlines()]
    assert first == {
        "receiver": "platform",
        "status": "firing",
        "alertname": "JobsStuck",
        "team": "platform",
        "summary": "Jobs have stopped.",
        "runbook_url": "http://r",
    }
    assert second == {"receiver": "platform", "status": "resolved", "alertname": "JobsStuck"}


@pytest.mark.parametrize(
    ("body", "token", "status"),
    [
        (json.dumps(NOTIFICATION).encode(), "guessed", 401),
        (b"no json", TOKEN, 400),
        (b"{}", TOKEN, 400),
        (b"[]", TOKEN, 400),
        (b'{"alerts": [{}]}', TOKEN, 400),
        (b'{"alerts": "none"}', TOKEN, 400),
    ],
)
def test_what_is_not_a_notification_is_refused_and_nothing_written(
    served: tuple[str, io.StringIO], body: bytes, token: str, status: int
) -> None:
    url, output = served
    assert post(f"{url}/platform", body, token) == status
    assert output.getvalue() == ""


def test_a_body_that_is_too_large_is_not_read(served: tuple[str, io.StringIO], receiver: Any) -> None:
    url, output = served
    connection = HTTPConnection(url.removeprefix("http://"))
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Length": str(receiver.MAX_BODY + 1)}
    connection.request("POST", "/x", headers=headers)
    assert connection.getresponse().status == 413
    connection.close()
    assert output.getvalue() == ""


def test_it_says_what_it_needs() -> None:
    said = subprocess.run([sys.executable, SCRIPT, "--help"], capture_output=True, text=True, check=True)
    assert "--token-file" in said.stdout
