"""A statement as PDF, set by typst: tagged (PDF/UA-1), archivable (PDF/A-2a), the same bytes every time.

The data go into the template as JSON and never as markup, so that no name can set anything.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ledgerscope.customers.statements.errors import MissingGlyphs, RendererFailed
from ledgerscope.customers.statements.rendering.fonts import families, load_fonts
from ledgerscope.customers.statements.rendering.words import (
    AGING,
    DESCRIPTIONS,
    breakable,
    is_right_to_left,
    long_date,
    readable,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from typing import Literal

    import typst

    from ledgerscope.customers.statements.rendering.fonts import FontFolders
    from ledgerscope.customers.statements.rendering.parties import Parties
    from ledgerscope.customers.statements.statement import AccountStatement, Line

__all__ = ["render_pages", "render_pdf"]

_TEMPLATE: Final = Path(__file__).with_name("statement.typ")
_STANDARDS: Final[list[typst.PDFStandard]] = ["ua-1", "a-2a"]
_UNDISPLAYABLE: Final = re.compile(r'the text `"(?P<text>.*)"` could not be displayed', re.DOTALL)
_ESCAPED: Final = re.compile(r"\\u\{(?P<code>[0-9a-f]+)\}")


def render_pdf(statement: AccountStatement, parties: Parties, fonts: FontFolders = ()) -> bytes:
    """The file; raises MissingExtra, MissingGlyphs where a character has no font, and RendererFailed."""
    (file,) = _compile(statement, parties, fonts, "pdf")
    return file


def render_pages(statement: AccountStatement, parties: Parties, fonts: FontFolders = ()) -> Sequence[bytes]:
    """The pages as PNG pictures, for looking at them; raises as `render_pdf` does."""
    return _compile(statement, parties, fonts, "png")


def _compile(
    statement: AccountStatement, parties: Parties, folders: FontFolders, form: Literal["pdf", "png"]
) -> list[bytes]:
    fonts = load_fonts(folders)
    import typst  # noqa: PLC0415 - of an extra, which load_fonts asks for

    data = _data(statement, parties)
    page = json.dumps({**data, "fonts": families(fonts)}, ensure_ascii=True)
    compiler = typst.Compiler(_TEMPLATE, root=_TEMPLATE.parent, font_paths=fonts)
    try:
        made = compiler.compile(
            format=form, sys_inputs={"statement": page}, pdf_standards=_STANDARDS if form == "pdf" else [],
            timestamp=datetime.combine(statement.as_of, time(), UTC),
        )  # fmt: skip
    except typst.TypstError as refused:
        raise _explained(refused.message) from None  # its message may quote a name
    if made is None:
        raise RendererFailed("the typesetter made no page")
    return [made] if isinstance(made, bytes) else made


def _explained(message: str) -> MissingGlyphs | RendererFailed:
    if found := _UNDISPLAYABLE.search(message):
        text = _ESCAPED.sub(lambda escaped: chr(int(escaped["code"], 16)), found["text"])
        return MissingGlyphs("".join(dict.fromkeys(text)))
    return RendererFailed(f"the typesetter refused the page: {message.splitlines()[0]}")


def _data(statement: AccountStatement, parties: Parties) -> dict[str, Any]:
    first, last = statement.period
    currency = statement.currency

    def amount(minor: int) -> str:
        return readable(minor, currency)

    charged = sum(one.amount_minor for one in statement.lines if one.amount_minor > 0)
    credited = sum(-one.amount_minor for one in statement.lines if one.amount_minor < 0)
    number = parties.customer_number
    return {
        "title": f"Statement of account, {long_date(first)} to {long_date(last)}",
        "date": _parts(statement.as_of),
        "company": _text(parties.company),
        "customer": _text(parties.customer),
        "number": None if number is None else _text(number),
        "address": [_text(line) for line in (parties.address or "").splitlines() if line.strip()],
        "period": {"first": long_date(first), "last": long_date(last)},
        "currency": currency,
        "opening": {"date": first.isoformat(), "amount": amount(statement.opening_minor)},
        "lines": [_line(one, currency) for one in statement.lines],
        "closing": {"date": last.isoformat(), "amount": amount(statement.closing_minor)},
        "charged": amount(charged),
        "credited": amount(credited),
        "aging": [
            {"name": name, "amount": amount(minor)}
            for name, minor in zip(AGING, statement.aging, strict=True)
        ],
        "as_of": long_date(statement.as_of),
        "balance": amount(statement.balance_minor),
    }


def _line(one: Line, currency: str) -> dict[str, Any]:
    return {
        "date": one.day.isoformat(),
        "description": DESCRIPTIONS[one.kind],
        "reference": _text(one.reference),
        "debit": readable(one.amount_minor, currency) if one.amount_minor > 0 else "",
        "credit": readable(-one.amount_minor, currency) if one.amount_minor < 0 else "",
        "balance": readable(one.balance_minor, currency),
    }


def _text(text: str) -> dict[str, Any]:
    """A text of somebody else, with the direction in which it is written."""
    return {"text": breakable(" ".join(text.split())), "right_to_left": is_right_to_left(text)}


def _parts(day: date) -> dict[str, int]:
    return {"year": day.year, "month": day.month, "day": day.day}
