"""Runs the same evaluations under many hash seeds and compares the bytes.

    .venv/bin/python bench/hash_seeds.py [RUNS [CASES]]

RUNS processes (default 100), each under another random seed for Python's hashes, each printing our scripts,
the tests of our rules, CASES generated expressions (default 400) and generated rule groups. The output of
each is hashed; exits with status 1 unless all hashes are one.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parent.parent
SEEDS = 2**32


def digest(seed: int, cases: int) -> tuple[str, int]:
    """The SHA-256 and the size of one process's output."""
    program = [sys.executable, "-m", "tests.promql.all_outputs", str(cases)]
    environment = {**os.environ, "PYTHONHASHSEED": str(seed)}
    output = subprocess.run(program, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True).stdout
    return hashlib.sha256(output).hexdigest(), len(output)


def main(runs: int = 100, cases: int = 400) -> int:
    """Run them all and report what came out."""
    began = time.perf_counter()
    found = Counter(digest(secrets.randbelow(SEEDS), cases) for _ in range(runs))
    for (text, size), count in found.most_common():
        print(f"{count:>4} runs  sha256 {text}  {size} bytes")
    print(f"{runs} runs in {time.perf_counter() - began:.0f} s")
    return 0 if len(found) == 1 else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
