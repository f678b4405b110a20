"""The mail server that statements are sent through, from options and the environment."""

from __future__ import annotations

import os
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from ledgerscope.cli.exits import SettingsFailed
from ledgerscope.customers.statements import MailServer

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["mail_options"]

_PASSWORD: Final = "LEDGERSCOPE_MAIL_PASSWORD"  # noqa: S105 - the name of a variable
_PASSWORD_FILE: Final = "LEDGERSCOPE_MAIL_PASSWORD_FILE"  # noqa: S105 - same


def mail_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the mail server to a command; it gets it as `server`.

    The password is no option, because other users of a machine see the options of a command.
    """

    @wraps(command)
    def run(
        *, mail_server: str, mail_port: int, mail_security: Any, mail_user: str | None, mail_sender: str,
        mail_ca_file: Path | None, **own: Any,
    ) -> None:  # fmt: skip
        try:
            server = MailServer(
                host=mail_server, port=mail_port, security=mail_security, user=mail_user, sender=mail_sender,
                ca_file=mail_ca_file, password=_password() if mail_user is not None else None,
            )  # fmt: skip
        except ValueError as wrong:
            raise SettingsFailed(f"the mail server: {wrong}") from None
        command(server=server, **own)

    options = (
        _option("server", required=True, metavar="HOST", help="The mail server."),
        _option("sender", required=True, metavar="ADDRESS", help="As billing@example.com."),
        _option("port", type=click.IntRange(1, 65535), default=587, show_default=True),
        _option(
            "security", type=click.Choice(["starttls", "tls", "none"]), default="starttls", show_default=True
        ),
        _option("user", help=f"Logs in with the password of {_PASSWORD} or {_PASSWORD_FILE}."),
        _option("ca-file", type=click.Path(path_type=Path, dir_okay=False), help="Trusted certificates."),
    )
    decorated: Callable[..., Any] = run
    for option in reversed(options):
        decorated = option(decorated)
    return decorated


def _option(name: str, **more: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    variable = f"LEDGERSCOPE_MAIL_{name.upper().replace('-', '_')}"
    return click.option(f"--mail-{name}", envvar=variable, show_envvar=True, **more)


def _password() -> str:
    """The password from the environment; the command ends where there is none."""
    path = os.environ.get(_PASSWORD_FILE)
    try:
        given = os.environ.get(_PASSWORD) if path is None else Path(path).read_text("utf-8").rstrip("\n")
    except (OSError, UnicodeError) as problem:
        raise SettingsFailed(f"environment variable {_PASSWORD_FILE}: {problem}") from None
    if not given:
        raise SettingsFailed(f"--mail-user needs a password: set {_PASSWORD} or {_PASSWORD_FILE}")
    return given
