"""Damaged expressions of the syntax that promtool 2.x knows: same verdict, same place, same words."""

from __future__ import annotations

import re
import shutil
from random import Random
from typing import TYPE_CHECKING

import pytest
import yaml

from bench import promql_grammar
from ledgerscope.promql.errors import ParseError
from ledgerscope.promql.syntax.parser import parse
from tests import processes

if TYPE_CHECKING:
    from pathlib import Path

PROMTOOL = shutil.which("promtool")

pytestmark = [
    pytest.mark.prometheus,
    pytest.mark.skipif(PROMTOOL is None, reason="promtool is not installed"),
]

COUNT = 600
NEWER_SYNTAX = re.compile(
    r"</|>/|anchored|smoothed|start|end|step|range|max_of|min_of|info|limit|fill|mad|first_over"
    r"|\[[^\]]*[-+*/%^(]|\[\w+:[^]0-9]|offset *[-+]? *\(|, *\d+[hm]|1_|['`#\n\t\x00]|\"a\.|[,(] *\"\"",
    re.IGNORECASE,
)
NEWER_WORDS = re.compile(
    r"duration|missing unit|bad number|trailing backslash|error parsing regexp"
    r"|unexpected string|unexpected colon"
)
"""Durations became numbers and names may be quoted since 3.0; patterns are shown without 2.x's wrapping."""

INTERNAL = re.compile(r'"<Item \d+>" ')
FAULT = re.compile(r'rule (\d+), "r\d+": could not parse expression: (.*)')


def damaged_expressions(rng: Random) -> list[str]:
    texts: list[str] = []
    while len(texts) < COUNT:
        text = promql_grammar.expression(rng, 2)
        if rng.random() < 0.8:
            text = promql_grammar.damaged(rng, text)
        if text.strip() and text.isascii() and not NEWER_SYNTAX.search(text):
            texts.append(text)
    return texts


def their_faults(texts: list[str], folder: Path) -> list[str | None]:
    rules = [{"record": f"r{number}", "expr": text} for number, text in enumerate(texts)]
    file = folder / "rules.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "g", "rules": rules}]}), "utf-8")
    assert PROMTOOL is not None
    run = processes.run(PROMTOOL, "check", "rules", file)
    found = {int(number) - 1: fault for number, fault in FAULT.findall(run.stdout + run.stderr)}
    return [INTERNAL.sub("", found[index]) if index in found else None for index in range(len(texts))]


def our_fault(text: str) -> str | None:
    try:
        parse(text)
    except ParseError as error:
        return str(error)
    return None


def test_promtool_finds_the_same_fault_in_the_same_words(tmp_path: Path) -> None:
    texts = damaged_expressions(Random(20_231_114))
    pairs = zip(texts, their_faults(texts, tmp_path), map(our_fault, texts), strict=True)
    comparable = [
        (text, theirs, ours) for text, theirs, ours in pairs if not NEWER_WORDS.search(f"{theirs} {ours}")
    ]
    assert len(comparable) > COUNT / 2
    assert [pair for pair in comparable if pair[1] != pair[2]] == []
