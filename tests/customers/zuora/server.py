"""A Zuora of our own, with the token and workflow endpoints; it answers otherwise where it is told to."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from ledgerscope.customers.zuora import Login

if TYPE_CHECKING:
    from collections.abc import Iterator
    from ssl import SSLContext

TOKEN, WORKFLOWS = "/oauth/token", "/workflows"
SECRET = "s3cr3t-0f-n0rthwind"
TOKEN_PREFIX = "t0k3n-"
BODY = "b0dy-0f-an-answer"
"""What stands in the body of each error: nothing of it may get into a message."""


@dataclass(frozen=True)
class Answer:
    """What is sent: `cut` breaks off in the middle, `stuck` never goes on until the server ends.

    `dripping`: so many bytes of a header that comes byte by byte, before everything else.
    """

    status: int = 200
    body: bytes = json.dumps({"reason": BODY, "error": BODY, "error_description": BODY}).encode()
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    stuck: bool = False
    dripping: int = 0


def workflow(number: int, state: str = "Active") -> dict[str, Any]:
    """A workflow as Zuora shows it."""
    return {
        "id": number,
        "name": f"Workflow {number}",
        "description": "",
        "status": state,
        "calloutTrigger": True,
        "ondemandTrigger": False,
        "scheduledTrigger": False,
        "interval": None,
        "timezone": None,
        "createdAt": "2025-05-31T14:52:38.171Z",
        "updatedAt": "2025-06-03T21:02:26.694Z",
        "active_version": {"id": number + 1, "version": "0.0.1", "status": state, "type": "Workflow::Setup"},
        "latest_inactive_verisons": [],
    }


@dataclass
class ZuoraServer:
    """Its state, which a test may change at any time.

    `clients` are the secrets by client id; `answer` puts answers in front of the usual ones of a path.
    `requests` are method, path and query of what was asked.
    """

    port: int = 0
    clients: dict[str, str] = field(default_factory=lambda: {"client-1": SECRET})
    workflows: list[dict[str, Any]] = field(default_factory=lambda: [workflow(1), workflow(2, "Inactive")])
    expires_in: float = 3599
    endless: bool = False
    tokens: list[str] = field(default_factory=list)
    requests: list[tuple[str, str, dict[str, list[str]]]] = field(default_factory=list)
    scripts: dict[str, list[Answer]] = field(default_factory=dict)
    ended: Event = field(default_factory=Event)
    dripped: int = 0
    _issued: int = 0

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.host}"

    @property
    def login(self) -> Login:
        return Login(self.url, "client-1", self.clients["client-1"])

    def answer(self, path: str, *answers: Answer) -> None:
        self.scripts.setdefault(path, []).extend(answers)

    def revoke_tokens(self) -> None:
        self.tokens.clear()

    def asked(self, path: str) -> int:
        return sum(each[1] == path for each in self.requests)

    def token_for(self, form: dict[str, list[str]]) -> Answer:
        client, secret = form.get("client_id", [""])[0], form.get("client_secret", [""])[0]
        if form.get("grant_type") != ["client_credentials"] or self.clients.get(client) != secret:
            return Answer(401)
        self._issued += 1
        token = f"{TOKEN_PREFIX}{self._issued}"
        self.tokens.append(token)
        shown = {"access_token": token, "token_type": "bearer", "expires_in": self.expires_in, "jti": token}
        return Answer(body=json.dumps(shown).encode())

    def page_for(self, authorization: str, query: dict[str, list[str]]) -> Answer:
        if authorization.removeprefix("Bearer ") not in self.tokens:
            return Answer(401)
        page, length = int(query["page"][0]), int(query["page_length"][0])
        start = 0 if self.endless else (page - 1) * length
        rows = self.workflows[start : start + length]
        more = self.endless or start + length < len(self.workflows)
        following = f"https://elsewhere.example/workflows?page={page + 1}" if more else None
        pagination = {"page": page, "page_length": length, "next_page": following}
        return Answer(body=json.dumps({"data": rows, "pagination": pagination}).encode())


@contextmanager
def running(tls: SSLContext | None = None) -> Iterator[ZuoraServer]:
    """A server on a free port of this machine, with `tls` over HTTPS."""
    state = ZuoraServer()

    class Handler(_Handler):
        zuora = state

    with _Server(("127.0.0.1", 0), Handler) as server:
        state.port = server.server_address[1]
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield state
        state.ended.set()
        server.shutdown()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, *_: object) -> None:
        """A client that hangs up is what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    zuora: ZuoraServer

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", "0"))
        form = parse_qs(self.rfile.read(length).decode())
        self._answer(self.zuora.token_for(form))

    def do_GET(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        self._answer(self.zuora.page_for(self.headers.get("Authorization", ""), query))

    def log_message(self, *_: object) -> None:
        pass

    def _answer(self, usual: Answer) -> None:
        parts = urlsplit(self.path)
        self.zuora.requests.append((self.command, parts.path, parse_qs(parts.query)))
        scripted = self.zuora.scripts.get(parts.path)
        answer = scripted.pop(0) if scripted else usual
        self.send_response(answer.status)
        self._drip(answer.dripping)
        for name, value in {"Content-Length": str(len(answer.body)), **answer.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        sent = answer.body[: len(answer.body) // 2] if answer.cut or answer.stuck else answer.body
        self.wfile.write(sent)
        if answer.stuck:
            self.zuora.ended.wait()
        self.close_connection = answer.cut or answer.stuck

    def _drip(self, count: int) -> None:
        """A header, byte by byte as long as somebody listens."""
        if not count:
            return
        self.flush_headers()
        for byte in b"X-Slow: " + b"." * count + b"\r\n":
            self.zuora.ended.wait(0.01)
            try:
                self.wfile.write(bytes([byte]))
            except OSError:
                return
            self.zuora.dripped += 1
