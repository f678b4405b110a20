"""How long parsing takes: our parser, its lexer alone, and promql-parser (compiled Rust), in one run.

    python bench/bench_promql_parse.py [FILE ...]

FILEs are rule files; by default the generated rules. Prints medians of five, in processor time and without
the cache by text.
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parent.parent))

import promql_parser
import yaml

from ledgerscope.promql.syntax.lexer import tokenize
from ledgerscope.promql.syntax.parser import parse
from ledgerscope.promql.syntax.printer import to_string

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

GENERATED = Path(__file__).parent.parent / "rules" / "generated"
ROUNDS = 5
REPEATS = 20


def expressions(files: Iterable[Path]) -> list[str]:
    """Every expression of the rule files."""
    documents = (yaml.safe_load(file.read_text("utf-8")) for file in files)
    groups = (group for document in documents for group in document.get("groups", ()))
    return [str(rule["expr"]) for group in groups for rule in group["rules"]]


def microseconds(work: Callable[[str], object], texts: list[str]) -> float:
    """The median over the rounds of the mean time for one text."""
    times = []
    for _ in range(ROUNDS):
        started = time.process_time()
        for _ in range(REPEATS):
            for text in texts:
                work(text)
        times.append((time.process_time() - started) / REPEATS / len(texts))
    return statistics.median(times) * 1e6


def main(files: list[Path]) -> None:
    """Measure and print."""
    texts = expressions(files)
    print(f"{len(texts)} expressions, {statistics.mean(map(len, texts)):.0f} characters on average")
    ours: dict[str, Callable[[str], object]] = {
        "tokenize": tokenize,
        "parse": parse.__wrapped__,  # without the cache
        "to_string": lambda text: to_string(parse(text)),
    }
    theirs = microseconds(promql_parser.parse, texts)
    for name, work in ours.items():
        taken = microseconds(work, texts)
        print(f"{name:>10}: {taken:6.1f} us, {taken / theirs:4.1f} times promql-parser's parse")


if __name__ == "__main__":
    main([Path(argument) for argument in sys.argv[1:]] or sorted(GENERATED.glob("*.yml")))
