"""The process: it binds or says why not, and ends quietly on a signal."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from contextlib import closing

import pytest
import requests
from starlette.responses import PlainTextResponse

from exporter.errors import CannotListen
from exporter.http.server import Server, listen
from exporter.settings.model import Listen
from tests.processes import start

PROGRAM = """
from starlette.responses import PlainTextResponse
from exporter.http.server import Server, listen
from exporter.settings.model import Listen
server = Server(PlainTextResponse("here"), listen(Listen(port=0)))
print(server.url, flush=True)
server.run()
print("stopped in order", flush=True)
"""
APP = PlainTextResponse("here")


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_process_in_order(sent: signal.Signals) -> None:
    arguments = [sys.executable, "-c", PROGRAM]
    with start(*arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert requests.get(url, timeout=10).text == "here"
        process.send_signal(sent)
        output, errors = process.communicate(timeout=30)
    assert (process.returncode, output, errors) == (0, "stopped in order\n", "")


def test_a_port_that_is_taken_is_reported_with_the_option_that_changes_it() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        expected = rf"^cannot listen on 127.0.0.1:{port}: the port is taken; choose another with --port "
        with pytest.raises(CannotListen, match=expected):
            listen(Listen(port=port))


@pytest.mark.parametrize("address", ["192.0.2.1", "no.such.host.invalid"])
def test_an_address_of_another_machine_is_reported_with_the_option_that_changes_it(address: str) -> None:
    expected = (
        rf"^cannot listen on {re.escape(address)}:0: .*; choose an address of this machine with --address"
    )
    with pytest.raises(CannotListen, match=expected):
        listen(Listen(address=address, port=0))


@pytest.mark.skipif(not socket.has_ipv6, reason="this machine has no IPv6")
def test_addresses_of_the_sixth_version_are_written_in_brackets() -> None:
    try:
        server = Server(APP, listen(Listen(address="::1", port=0)))
    except CannotListen as reason:
        pytest.skip(str(reason))
    with server:
        assert server.url.startswith("http://[::1]:")
        assert requests.get(server.url, timeout=10).text == "here"


def test_run_serves_until_stopped_and_leaves_the_signals_as_they_were() -> None:
    before = signal.getsignal(signal.SIGTERM)
    server = Server(APP, listen(Listen(port=0)))
    answers: list[str] = []

    def visit() -> None:
        answers.append(requests.get(server.url, timeout=10).text)
        os.kill(os.getpid(), signal.SIGTERM)

    visitor = threading.Thread(target=visit)
    visitor.start()
    server.run()
    visitor.join()
    assert answers == ["here"]
    assert signal.getsignal(signal.SIGTERM) is before
