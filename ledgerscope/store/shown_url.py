"""A database URL as it may be shown: to people, in logs and in errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sqlalchemy import URL

__all__ = ["shown_url"]

_MASK: Final = "***"
_SECRET: Final = ("password", "passphrase", "secret", "token")
"""Words in the names of parameters that hold one."""


def shown_url(url: URL) -> str:
    """The URL with every secret masked: the password, and parameters that hold one (`sslpassword`).

    A password with an `@` or `/` that is not percent-encoded ends up in the host or the path. Where that
    seems to have happened, nothing but the scheme is shown.
    """
    if "@" in f"{url.host}{url.database}":
        return f"{url.drivername}://{_MASK} (write @ : / ? # in a password as %40 %3A %2F %3F %23)"
    query = {
        name: _MASK if any(word in name.casefold() for word in _SECRET) else value
        for name, value in url.query.items()
    }
    return url.set(query=query).render_as_string(hide_password=True).replace("%2A%2A%2A", _MASK)
