"""What may be set, and what is right where something may not."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Any, Final

from ledgerscope.customers.decision import Fault, Refused
from ledgerscope.customers.settings.known import BY_KEY

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["check_keys", "check_values"]

_SECRET: Final = re.compile(r"(^|[._-])(secret|secrets|password|token|api_?key|private_?key)($|[._-])")
_SHOWN: Final = 60


def check_keys(keys: Iterable[str]) -> Refused | None:
    """The refusal of the first key that there is not; secrets are told where they belong."""
    return next((_unknown(key) for key in keys if key not in BY_KEY), None)


def check_values(wanted: Mapping[str, Any]) -> Refused | None:
    """The refusal of the first key that there is not, or of the first value that is not of its type."""
    return check_keys(wanted) or next(
        (
            Refused(f"{key}: {BY_KEY[key].kind.bounds()}", Fault.INVALID, key)
            for key, value in wanted.items()
            if not BY_KEY[key].kind.accepts(value)
        ),
        None,
    )


def _unknown(key: str) -> Refused:
    shown = key if key.isprintable() and len(key) <= _SHOWN else f"{key[:_SHOWN]!r}..."
    if _SECRET.search(key.lower()):
        said = f"{shown}: a secret is no setting; store it with the customer's credential, which is encrypted"
        return Refused(said, Fault.INVALID, "key")
    near = difflib.get_close_matches(key[:_SHOWN], BY_KEY, n=1)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(BY_KEY)}"
    return Refused(f"{shown}: there is no such setting; {hint}", Fault.INVALID, "key")
