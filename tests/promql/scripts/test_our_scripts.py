"""Our own scripts, every eval of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledgerscope.promql.scripts.run import run_script

SCRIPTS = sorted(Path(__file__).parent.glob("*.test"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_every_eval_gives_what_the_script_expects(script: Path) -> None:
    results = run_script(script)
    assert results
    wrong = [f"{each.where} {each.expression}: {each.problems[0]}" for each in results if not each.passed]
    assert not wrong, "\n".join(wrong)
