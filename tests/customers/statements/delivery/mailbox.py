"""A mail server that speaks SMTP, with TLS and passwords, and keeps what it is given."""

from __future__ import annotations

import ssl
from asyncio.base_events import Server as Listener
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING, Any

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage
    from pathlib import Path

USER, PASSWORD = "billing", "correct horse"


@dataclass
class Mailbox:
    """Answers as it is told to; an answer of None is what the server says by itself."""

    messages: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    upgraded: list[bool] = field(default_factory=list)
    answer_to_recipient: str | None = None
    answer_to_message: str | None = None

    async def handle_RCPT(self, _: Any, __: Any, envelope: Any, address: str, ___: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if self.answer_to_recipient is not None:
            return self.answer_to_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if self.answer_to_message is not None:
            return self.answer_to_message
        message = message_from_bytes(envelope.content, policy=default)
        self.messages.append(message)
        self.recipients += envelope.rcpt_tos
        self.upgraded.append(session.ssl is not None)
        return "250 OK"


@dataclass(frozen=True)
class Server:
    """A mailbox at a port of localhost; `authority` is a file with who signed its certificate."""

    mailbox: Mailbox
    port: int
    authority: Path


class _Controller(Controller):
    """Listens at a port that was free."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, Listener)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call] # aiosmtpd has no types for it


def serve(folder: Path, security: str, *, needs_login: bool = False, utf8: bool = True) -> Iterator[Server]:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "authority.pem"))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    mailbox = Mailbox()
    options: dict[str, Any] = {"hostname": "127.0.0.1", "enable_SMTPUTF8": utf8}
    if needs_login:
        options |= {"authenticator": _authenticate, "auth_required": True, "auth_require_tls": True}
    if security == "starttls":
        options |= {"tls_context": context, "require_starttls": True}
    if security == "tls":
        options |= {"ssl_context": context}
    controller = _Controller(mailbox, port=0, **options)
    controller.start()
    try:
        yield Server(mailbox, controller.port, folder / "authority.pem")
    finally:
        controller.stop()


def _authenticate(_: Any, __: Any, ___: Any, ____: str, data: Any) -> AuthResult:
    known = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=known, handled=False)  # what it says is left to the server
