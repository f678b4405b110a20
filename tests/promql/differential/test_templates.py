"""Generated templates of labels and annotations: the same faults and the same texts as promtool 2.42's."""

from __future__ import annotations

import os
import secrets
import shutil
from collections import Counter
from random import Random
from typing import TYPE_CHECKING

import pytest

from tests.promql.differential.drawing import rows_of
from tests.promql.differential.template_answers import (
    our_faults,
    our_renderings,
    their_faults,
    their_renderings,
)
from tests.promql.differential.template_grammar import TABLES, template
from tests.thoroughness import tries

if TYPE_CHECKING:
    from pathlib import Path

SEED_SETTING = "LEDGERSCOPE_DIFFERENTIAL_SEED"
COUNT = int(os.environ.get("LEDGERSCOPE_DIFFERENTIAL_TEMPLATES", tries(200, thorough=400)))
BATCH = 60


def templates(seed: int, count: int) -> tuple[dict[int, str], Counter[str]]:
    """So many drawn texts that have an action, by number, and what was drawn."""
    random, seen = Random(seed), Counter[str]()
    drawn = {number: template(random, seen) for number in range(count)}
    return {number: text for number, text in drawn.items() if "{{" in text}, seen


@pytest.mark.prometheus
@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")
def test_every_generated_template_renders_as_promtool_renders_it(tmp_path: Path) -> None:
    seed = int(os.environ.get(SEED_SETTING) or secrets.randbits(32))
    texts, _ = templates(seed, COUNT)

    faults, said = their_faults(texts, tmp_path), our_faults(texts)
    wrong = [
        f"{texts[number]!r}: {said.get(number)!r} != {faults.get(number)!r}"
        for number in texts
        if said.get(number, "").partition("; Prometheus has it")[0] != faults.get(number, "")
    ]
    sound = [number for number in texts if number not in faults and number not in said]
    rendered = 0
    for begin in range(0, len(sound), BATCH):
        batch = {number: texts[number] for number in sound[begin : begin + BATCH]}
        theirs, ours = their_renderings(batch, tmp_path), our_renderings(batch, tmp_path)
        rendered += len(theirs)
        wrong += [
            f"{texts[key[1]]!r} for {key[0]}: {ours.get(key)!r} != {theirs.get(key)!r}"
            for key in sorted({*theirs, *ours})
            if ours.get(key) != theirs.get(key)
        ]
    print(f"{SEED_SETTING}={seed}: {len(texts)} templates, {len(faults)} refused, {rendered} renderings")

    assert faults
    assert rendered > len(sound) * 8
    assert not wrong, f"seed {seed}: {len(wrong)} differences, first:\n" + "\n".join(wrong[:20])


def test_every_part_of_the_template_language_is_drawn_many_times() -> None:
    _, seen = templates(1, 20_000)
    rows = {row for row in rows_of(TABLES) if not row.startswith("printed: ")}
    assert {row: seen[row] for row in rows if seen[row] < 10} == {}
    verbs = Counter(row for row in seen.elements() if row.startswith("printed: "))
    assert {row for row in rows_of(TABLES) - rows if not verbs[row]} == set()
