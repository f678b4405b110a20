"""Our engine against promtool 2.42: generated cases, a new seed each run, no difference allowed."""

from __future__ import annotations

import os
import secrets
import shutil
from random import Random
from typing import TYPE_CHECKING

import pytest

from tests.promql.differential.edges import KINDS
from tests.promql.promtool_answers import differences
from tests.promql.promtool_cases import Generator
from tests.thoroughness import tries

if TYPE_CHECKING:
    from pathlib import Path

GROUPS = int(os.environ.get("LEDGERSCOPE_DIFFERENTIAL_GROUPS", tries(10, thorough=25)))
CASES_PER_GROUP = 100
SEED_SETTING = "LEDGERSCOPE_DIFFERENTIAL_SEED"


@pytest.mark.prometheus
@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")
def test_every_generated_case_gives_what_promtool_gives(tmp_path: Path) -> None:
    seed = int(os.environ.get(SEED_SETTING) or secrets.randbits(32))
    print(f"{SEED_SETTING}={seed}")
    generator = Generator(Random(seed))

    wrong, answered = differences([generator.group(CASES_PER_GROUP) for _ in range(GROUPS)], tmp_path)

    print(dict(generator.seen))
    assert all(generator.seen[f"edge of the grammar: {kind}"] > GROUPS // 5 for kind in KINDS)
    assert answered > GROUPS * CASES_PER_GROUP // 2  # most cases have a result, or the comparison is empty
    assert not wrong, f"seed {seed}: {len(wrong)} differences, first:\n" + "\n".join(wrong[:20])
