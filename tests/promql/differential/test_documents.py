"""Generated rule and test files: both refused, or read with the same alerts, samples and failures."""

from __future__ import annotations

import os
import secrets
import shutil
from collections import Counter
from random import Random
from typing import TYPE_CHECKING

import pytest

from ledgerscope.promql.syntax.dialect import FEATURES
from tests.promql.differential.documents import CHANGES, FLAGS, RULE_TEXTS, TEST_TEXTS, draw_files
from tests.promql.differential.edges import KINDS
from tests.promql.differential.verdicts import (
    Compared,
    agrees_sometimes,
    disagreement_about_flags,
    judged,
)
from tests.thoroughness import tries

if TYPE_CHECKING:
    from pathlib import Path

SEED_SETTING = "LEDGERSCOPE_DIFFERENTIAL_SEED"
GROUPS = int(os.environ.get("LEDGERSCOPE_DIFFERENTIAL_GROUPS", tries(40, thorough=80)))
BATCH = 20


@pytest.mark.prometheus
@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")
def test_promtool_agrees_with_every_generated_pair_of_files(tmp_path: Path) -> None:
    seed = int(os.environ.get(SEED_SETTING) or secrets.randbits(32))
    random, seen = Random(seed), Counter[str]()
    wrong: list[str] = []
    refused = failing = 0
    for begin in range(0, GROUPS, BATCH):
        batch = {
            str(number): Compared(draw_files(random, seen), tmp_path / str(number))
            for number in range(begin, min(begin + BATCH, GROUPS))
        }
        refused += sum(bool(each.refusal) for each in batch.values())
        failing += sum(bool(each.fails) for each in batch.values())
        flags = random.choice(FLAGS)
        shown = judged(tmp_path, list(batch), flags)
        wrong += filter(None, [disagreement_about_flags(flags, shown.pop(""))])
        wrong += [
            f"--- {name}\n{message[:1500]}"
            for name, text in shown.items()
            if (message := batch[name].disagreement(text)) and not agrees_sometimes(batch[name])
        ]
    print(f"{SEED_SETTING}={seed}: {GROUPS} groups, {refused} refused, {failing} with a failing rule")
    assert 0 < refused < GROUPS * 0.7
    assert not wrong, f"seed {seed}: " + "\n".join(wrong)


def test_every_feature_of_the_files_is_drawn_many_times() -> None:
    random, seen = Random(1), Counter[str]()
    for _ in range(3_000):
        draw_files(random, seen)
    features = {*CHANGES, *RULE_TEXTS, *TEST_TEXTS, *(f"edge of the grammar: {kind}" for kind in KINDS)}
    assert {name: seen[name] for name in features if seen[name] < 10} == {}


def test_flags_of_both_generations_are_drawn() -> None:
    assert set(FLAGS) & FEATURES.keys()
    assert {"promql-at-modifier", "promql-negative-offset", "no-default-scrape-port"} <= set(FLAGS)
