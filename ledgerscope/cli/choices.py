"""A choice among known names that answers a misspelt one with the nearest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ledgerscope.text.close_match import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Name"]


class Name(click.ParamType[str]):
    """One of the names of a kind of thing, for example of collectors; `kind` is the word for one of them."""

    name = "name"

    def __init__(self, kind: str, known: Sequence[str]) -> None:
        self.kind, self.known = kind, tuple(known)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if value in self.known:
            return str(value)
        hint = did_you_mean(str(value), self.known)
        message = f"there is no {self.kind} {value!r}{hint}; there are {', '.join(self.known)}"
        raise click.BadParameter(message, ctx, param)
