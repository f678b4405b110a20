"""Statements over SMTP, to a server that speaks it."""

from __future__ import annotations

import socket
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from ledgerscope.customers.statements import Email, MailServer, StatementFile
from ledgerscope.customers.statements.delivery import Letter
from ledgerscope.customers.statements.errors import DeliveryFailed
from tests.customers.statements.accounts import FEBRUARY
from tests.customers.statements.delivery.mailbox import PASSWORD, USER, Server, serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

ADDRESS = "accounts@northwind.example"
FILE = StatementFile("a" * 32, "statement-C-000001.pdf", "application/pdf", b"%PDF-1.7 \x00\xff" * 1000)
LETTER = Letter(FILE, "Acme Telecom", FEBRUARY, datetime(2026, 3, 1, 9, tzinfo=UTC), ADDRESS)


@pytest.fixture
def serving(tmp_path: Path) -> Callable[..., AbstractContextManager[Server]]:
    @contextmanager
    def start(security: str, *, needs_login: bool = False, utf8: bool = True) -> Iterator[Server]:
        yield from serve(tmp_path, security, needs_login=needs_login, utf8=utf8)

    return start


def to(server: Server, security: str, **more: object) -> Email:
    settings = {"security": security, "ca_file": server.authority, "timeout": 5.0, **more}
    return Email(MailServer(host="localhost", port=server.port, sender="billing@acme.example", **settings))  # type: ignore[arg-type] # a table of settings


def failure(email: Email, letter: Letter = LETTER) -> DeliveryFailed:
    with pytest.raises(DeliveryFailed) as raised:
        email.deliver(letter)
    shown = f"{raised.value} {raised.value.__cause__}"
    assert "northwind" not in shown
    assert PASSWORD not in shown
    return raised.value


@pytest.mark.parametrize("security", ["starttls", "tls", "none"])
def test_a_statement_arrives_whole(
    serving: Callable[..., AbstractContextManager[Server]], security: str
) -> None:
    with serving(security) as server:
        to(server, security).deliver(LETTER)
    (message,) = server.mailbox.messages
    assert server.mailbox.recipients == [ADDRESS]
    assert server.mailbox.upgraded == [security == "starttls"]
    assert message["From"] == "Acme Telecom <billing@acme.example>"
    assert message["To"] == ADDRESS
    assert message["Subject"] == "Statement of account, 1 February 2026 to 28 February 2026"
    assert message["Date"].datetime == LETTER.at
    assert message["Message-ID"] == f"<{'a' * 32}@acme.example>"
    (attachment,) = message.iter_attachments()
    assert attachment.get_filename() == FILE.name
    assert attachment.get_content_type() == "application/pdf"
    assert attachment.get_payload(decode=True) == FILE.content
    body = message.get_body()
    assert body is not None
    assert "from 1 February 2026 to 28 February 2026" in str(body.get_content())


def test_a_csv_arrives_byte_for_byte(serving: Callable[..., AbstractContextManager[Server]]) -> None:
    table = StatementFile("b" * 32, "s.csv", "text/csv; charset=utf-8", "record\r\n株式,1\r\n".encode())
    with serving("tls") as server:
        to(server, "tls").deliver(replace(LETTER, file=table))
    (attachment,) = server.mailbox.messages[0].iter_attachments()
    assert attachment.get_payload(decode=True) == table.content


def test_a_server_may_ask_for_a_password(serving: Callable[..., AbstractContextManager[Server]]) -> None:
    with serving("starttls", needs_login=True) as server:
        to(server, "starttls", user=USER, password=PASSWORD).deliver(LETTER)
        assert len(server.mailbox.messages) == 1
        wrong = failure(to(server, "starttls", user=USER, password="other"))
        assert (str(wrong), wrong.temporary) == (
            "the mail server localhost refused user and password (535)",
            False,
        )
        assert failure(to(server, "starttls")).temporary is False
    assert len(server.mailbox.messages) == 1


@pytest.mark.parametrize(
    ("answer", "temporary"), [("450 mailbox busy", True), (f"550 no such user {ADDRESS}", False)]
)
def test_what_the_server_refuses_is_said_without_the_address(
    serving: Callable[..., AbstractContextManager[Server]], answer: str, temporary: bool
) -> None:
    with serving("none") as server:
        server.mailbox.answer_to_recipient = answer
        refused = failure(to(server, "none"))
        assert str(refused) == f"the mail server localhost refused the recipient ({answer[:3]})"
        assert refused.temporary is temporary
        server.mailbox.answer_to_recipient, server.mailbox.answer_to_message = None, answer
        refused = failure(to(server, "none"))
        assert str(refused) == f"the mail server localhost refused the message ({answer[:3]})"
        assert refused.temporary is temporary


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_of_nobody_we_know_is_refused(
    serving: Callable[..., AbstractContextManager[Server]], security: str
) -> None:
    with serving(security) as server:
        refused = failure(to(server, security, ca_file=None))
    assert str(refused).startswith("there is no secure connection to the mail server localhost")
    assert not refused.temporary
    assert server.mailbox.messages == []


def test_nothing_is_sent_in_the_open_where_tls_was_asked_for(
    serving: Callable[..., AbstractContextManager[Server]],
) -> None:
    with serving("none") as server:
        refused = failure(to(server, "starttls"))
    assert "lacks STARTTLS" in str(refused)
    assert server.mailbox.messages == []


def test_a_server_that_is_silent_or_gone_may_be_tried_again() -> None:
    with socket.create_server(("localhost", 0)) as silent:
        port = silent.getsockname()[1]
        server = MailServer(host="localhost", port=port, sender="b@a.example", timeout=0.2)
        late = failure(Email(server))
        assert (late.failure_class, late.temporary) == ("timeout", True)
    gone = failure(Email(server))
    assert (gone.failure_class, gone.temporary) == ("delivery", True)


@pytest.mark.parametrize("recipient", ["", "no address", "a@b\r\nBcc: c@d.example", "a@b, c@d", "@"])
def test_an_address_that_is_none_is_refused(recipient: str) -> None:
    refused = failure(
        Email(MailServer(host="localhost", port=1, sender="b@a.example")),
        replace(LETTER, recipient=recipient),
    )
    assert not refused.temporary


def test_the_name_of_the_company_sets_no_header(
    serving: Callable[..., AbstractContextManager[Server]],
) -> None:
    with serving("none") as server:
        to(server, "none").deliver(replace(LETTER, company='Acmé "Ä"\r\nBcc: x@y.example'))
    (message,) = server.mailbox.messages
    assert message["Bcc"] is None
    assert message["From"].addresses[0].display_name == 'Acmé "Ä" Bcc: x@y.example'
    assert server.mailbox.recipients == [ADDRESS]


def test_an_address_beyond_ascii_needs_a_server_that_takes_it(
    serving: Callable[..., AbstractContextManager[Server]],
) -> None:
    letter = replace(LETTER, recipient="jürgen@northwind.example")
    with serving("none") as server:
        to(server, "none").deliver(letter)
    assert server.mailbox.recipients == ["jürgen@northwind.example"]
    with serving("none", utf8=False) as server:
        refused = failure(to(server, "none"), letter)
    assert "addresses beyond ASCII" in str(refused)
    assert not refused.temporary


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"sender": "nobody"}, "sender: one address"),
        ({"security": "ssl"}, "security: starttls, tls or none; not 'ssl'"),
        ({"user": "u"}, "give both, or neither"),
        ({"user": "u", "password": "p", "security": "none"}, "over starttls or tls only"),
        ({"timeout": 0}, "more than 0 seconds"),
    ],
)
def test_settings_that_cannot_be_are_refused(settings: dict[str, object], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        MailServer(**{"host": "localhost", "sender": "b@a.example", **settings})  # type: ignore[arg-type] # a table of settings


def test_a_password_is_not_shown() -> None:
    server = MailServer(host="h", sender="b@a.example", user="u", password="s3cret")
    assert "s3cret" not in repr(Email(server))
