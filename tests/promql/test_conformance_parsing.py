"""Every expression and every line of data in Prometheus's own scripts, read from the conformance folder."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import promql_parser
import pytest

from ledgerscope.promql.errors import ParseError
from ledgerscope.promql.series.notation import parse_series
from ledgerscope.promql.syntax.dialect import EVERYTHING
from ledgerscope.promql.syntax.parser import parse
from ledgerscope.promql.syntax.printer import pretty, to_string

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
SCRIPTS = Path(ROOT, os.environ.get("LEDGERSCOPE_CONFORMANCE", "../shared/conformance")) / "promqltest"
FILES = sorted(SCRIPTS.glob("*.test"))

pytestmark = [
    pytest.mark.conformance,
    pytest.mark.skipif(not FILES, reason="no scripts of Prometheus in LEDGERSCOPE_CONFORMANCE"),
]

EVAL = re.compile(
    r"eval(?:_\w+)?\s+(?:instant\s+at\s+\S+|range\s+from\s+\S+\s+to\s+\S+\s+step\s+\S+)\s+(?P<expr>.*)"
)
COMMAND = re.compile(r"(eval|load|clear|expect)\w*\b|#|$")
START_TIMES = re.compile(r"\S*@st\s")


def expressions(script: Path) -> Iterator[str]:
    for line in script.read_text("utf-8").splitlines():
        match = EVAL.fullmatch(line.strip())
        if match is not None:
            yield match["expr"]


def data_lines(script: Path) -> Iterator[str]:
    """The lines of loads and expectations that are series; a bare scalar is none, nor are start times."""
    for raw in script.read_text("utf-8").splitlines():
        line = raw.strip()
        if not COMMAND.match(line) and not START_TIMES.match(line) and line[0] not in "0123456789-+.NI":
            yield line


@pytest.fixture(params=FILES, ids=[file.stem for file in FILES])
def script(request: pytest.FixtureRequest) -> Path:
    assert isinstance(request.param, Path)
    return request.param


def test_all_twenty_one_scripts_are_there() -> None:
    assert len(FILES) == 21
    assert sum(len(list(expressions(file))) for file in FILES) == 2214


def test_every_expression_parses_and_survives_printing(script: Path) -> None:
    for text in expressions(script):
        tree = parse(text, EVERYTHING)
        assert parse(to_string(tree), EVERYTHING) == tree, text
        assert parse(pretty(tree), EVERYTHING) == tree, text


def test_every_line_of_data_is_read(script: Path) -> None:
    for line in data_lines(script):
        series = parse_series(line)
        assert len(series.expand().values) == len(series), line


def test_damage_that_an_independent_parser_accepts_is_accepted_here(script: Path) -> None:
    """Each expression with its last character gone; that parser lacks the newest syntax."""
    damaged = [text.rstrip()[:-1] for text in expressions(script)]
    accepted = [text for text in damaged if accepts_elsewhere(text)]
    assert [text for text in accepted if not accepts(text)] == []


def accepts(text: str) -> bool:
    try:
        parse(text, EVERYTHING)
    except ParseError:
        return False
    return True


def accepts_elsewhere(text: str) -> bool:
    try:
        promql_parser.parse(text)
    except BaseException as error:  # its panics are no Exception
        if isinstance(error, KeyboardInterrupt):
            raise
        return False
    return True


def test_what_is_cut_off_in_the_middle_fails_with_a_position(script: Path) -> None:
    for text in expressions(script):
        if "(" not in text:
            continue
        with pytest.raises(ParseError, match=r"^\d+:\d+: parse error: "):
            parse(text[: text.index("(") + 1])
