"""Statements by e-mail, over SMTP. No message, log line or error names the address."""

from __future__ import annotations

import re
import smtplib
import ssl
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import TYPE_CHECKING, Final, Literal

from ledgerscope.customers.statements.errors import DeliveryFailed
from ledgerscope.customers.statements.rendering.words import long_date

if TYPE_CHECKING:
    from pathlib import Path

    from ledgerscope.customers.statements.delivery.delivery import Letter

__all__ = ["Email", "MailServer"]

_PERMANENT: Final = 500
_ADDRESS: Final = re.compile(r"""[^\s@,;:<>()\[\]\\"\x00-\x1f]+@[^\s@,;:<>()\[\]\\"\x00-\x1f]+""")
"""One address and no list; what a server makes of it is its own affair."""
_BODY: Final = """\
Dear customer,

please find attached the statement of your account from {first} to {last}.

{company}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where mail is handed in, and as whom.

    `security` is `starttls` (port 587), `tls` (465), or `none`, which no password may be sent over.
    Certificates are checked against the system's authorities, or those of `ca_file`. `timeout` counts for
    each step of the conversation, in seconds. Raises ValueError.
    """

    host: str
    sender: str
    port: int = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: Path | None = None
    timeout: float = 30.0

    def __post_init__(self) -> None:
        if self.security not in {"starttls", "tls", "none"}:
            raise ValueError(f"security: starttls, tls or none; not {self.security!r}")
        if (self.user is None) != (self.password is None):
            raise ValueError("user and password: give both, or neither")
        if self.user is not None and self.security == "none":
            raise ValueError("a password is sent over starttls or tls only; set security")
        if not self.timeout > 0:
            raise ValueError(f"timeout: more than 0 seconds, not {self.timeout}")
        if _ADDRESS.fullmatch(self.sender) is None:
            raise ValueError("sender: one address, as billing@example.com")


@dataclass(frozen=True, slots=True)
class Email:
    """Sends a statement to the e-mail address of the customer.

    A message that is sent twice has the same Message-ID, so that mailboxes may show it once.
    """

    server: MailServer
    method: str = "email"
    needs_address: bool = True

    def deliver(self, letter: Letter) -> None:
        """Hand it to the server, which has then accepted it."""
        message = self._message(letter)
        try:
            with self._connect() as connection:
                if self.server.user is not None and self.server.password is not None:
                    connection.login(self.server.user, self.server.password)
                connection.send_message(message)
        except (OSError, smtplib.SMTPException) as fault:
            raise _explained(fault, self.server.host) from None  # what it says may name the address

    def _connect(self) -> smtplib.SMTP:
        server = self.server
        if server.security == "tls":
            return smtplib.SMTP_SSL(server.host, server.port, timeout=server.timeout, context=self._trust())
        connection = smtplib.SMTP(server.host, server.port, timeout=server.timeout)
        if server.security == "starttls":
            try:
                connection.starttls(context=self._trust())
            except BaseException:
                connection.close()
                raise
        return connection

    def _trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.server.ca_file)

    def _message(self, letter: Letter) -> EmailMessage:
        first, last = (long_date(day) for day in letter.period)
        if _ADDRESS.fullmatch(letter.recipient or "") is None:
            said = "the e-mail address of the customer is not one that mail can be sent to"
            raise DeliveryFailed(said, temporary=False)
        message = EmailMessage(policy=SMTP)
        message["To"] = _address(letter.recipient or "")
        message["From"] = _address(self.server.sender, " ".join(letter.company.split()))
        message["Subject"] = f"Statement of account, {first} to {last}"
        message["Date"] = letter.at
        message["Message-ID"] = f"<{letter.file.statement_id}@{self.server.sender.rpartition('@')[2]}>"
        message.set_content(_BODY.format(first=first, last=last, company=letter.company))
        main, sub = letter.file.media_type.partition(";")[0].split("/")
        message.add_attachment(letter.file.content, maintype=main, subtype=sub, filename=letter.file.name)
        return message


def _address(text: str, name: str = "") -> Address:
    user, _, domain = text.rpartition("@")
    return Address(name, user, domain)


def _explained(fault: Exception, host: str) -> DeliveryFailed:
    """The fault without what it quotes, and whether another try may help."""
    if isinstance(fault, TimeoutError) or isinstance(fault.__context__, TimeoutError):  # smtplib hides it
        said = f"the mail server {host} did not answer in time"
        return DeliveryFailed(said, temporary=True, failure_class="timeout")
    if isinstance(fault, smtplib.SMTPRecipientsRefused):
        code = max((code for code, _ in fault.recipients.values()), default=_PERMANENT)
        return _said(host, "refused the recipient", code)
    if isinstance(fault, smtplib.SMTPResponseException):
        login = isinstance(fault, smtplib.SMTPAuthenticationError)
        return _said(host, "refused user and password" if login else "refused the message", fault.smtp_code)
    kinds = ((kind, what) for kind, what in _PERMANENT_FAULTS if isinstance(fault, kind))
    _, what = next(kinds, (None, None))
    if what is not None:
        return DeliveryFailed(what.format(host=host), temporary=False)
    return DeliveryFailed(f"the connection to the mail server {host} failed or broke", temporary=True)


def _said(host: str, what: str, code: int) -> DeliveryFailed:
    return DeliveryFailed(f"the mail server {host} {what} ({code})", temporary=code < _PERMANENT)


_PERMANENT_FAULTS: Final = (
    (ssl.SSLError, "there is no secure connection to the mail server {host}: its certificate or protocol"),
    (
        smtplib.SMTPNotSupportedError,
        "the mail server {host} lacks STARTTLS, a way to log in, or addresses beyond ASCII",
    ),
)
