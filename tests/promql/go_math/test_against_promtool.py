"""Every function against promtool itself, bit by bit: other numbers each run."""

from __future__ import annotations

import os
import re
import secrets
import shutil
from typing import TYPE_CHECKING

import numpy as np
import pytest
import yaml

from tests import processes
from tests.promql.go_math.functions import ONE_ARGUMENT, TWO_ARGUMENTS

if TYPE_CHECKING:
    from pathlib import Path

    from ledgerscope.promql.go_math.arrays import Floats

COUNT = 240
SEED_SETTING = "LEDGERSCOPE_DIFFERENTIAL_SEED"
EXPRESSIONS = {name: f"{name}(x)" for name in ONE_ARGUMENT} | {"pow": "x ^ y", "atan2": "x atan2 y"}
_RESULT = re.compile(r'i="(\d+)"\} (NaN|[+-]?Inf|[-+0-9.E]+)')


def drawn(random: np.random.Generator) -> Floats:
    """Numbers near and far from zero, of both signs, in disorder."""
    signs = random.choice([-1.0, 1.0], COUNT)
    ranges = [
        random.uniform(-1, 1, COUNT),
        random.normal(0, 40, COUNT),
        signs * 10 ** random.uniform(-12, 12, COUNT),
        signs * 10 ** random.uniform(-300, 300, COUNT),
        random.integers(-900, 900, COUNT) / 8,
    ]
    numbers: Floats = random.permutation(np.concatenate(ranges))
    return numbers


def asked(x: Floats, y: Floats, path: Path) -> dict[str, Floats]:
    """promtool's results by the name of the function."""
    series = [
        {"series": f'{name}{{i="{place}"}}', "values": repr(float(number)).removesuffix(".0")}
        for name, numbers in (("x", x), ("y", y))
        for place, number in enumerate(numbers)
    ]
    cases = [{"expr": expression, "eval_time": "0s"} for expression in EXPRESSIONS.values()]
    test = {"interval": "1m", "input_series": series, "promql_expr_test": cases}
    path.write_text(yaml.dump({"rule_files": [], "evaluation_interval": "1m", "tests": [test]}, width=1000))
    done = processes.run("promtool", "test", "rules", path)
    got = [line for line in (done.stdout + done.stderr).splitlines() if line.strip().startswith("got:")]
    results = [{int(place): float(value) for place, value in _RESULT.findall(line)} for line in got]
    return {
        name: np.array([found[place] for place in range(len(x))])
        for name, found in zip(EXPRESSIONS, results, strict=True)
    }


@pytest.mark.prometheus
@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")
def test_every_function_gives_promtools_digits(tmp_path: Path) -> None:
    seed = int(os.environ.get(SEED_SETTING) or secrets.randbits(32))
    print(f"{SEED_SETTING}={seed}")
    random = np.random.default_rng(seed)
    x, y = drawn(random), drawn(random)

    theirs = asked(x, y, tmp_path / "numbers.yml")

    with np.errstate(all="ignore"):
        ours = {name: function(x) for name, function in ONE_ARGUMENT.items()}
        ours |= {name: function(x, y) for name, function in TWO_ARGUMENTS.items()}
    for name, expected in theirs.items():
        wrong = np.flatnonzero(~((ours[name] == expected) | (np.isnan(ours[name]) & np.isnan(expected))))
        rows = [(x[place], y[place], ours[name][place], expected[place]) for place in wrong[:5]]
        assert not len(wrong), f"seed {seed}: {len(wrong)} of {name} differ, (x, y, ours, promtool's): {rows}"
