"""Hand random and damaged text to everything that reads PromQL; only errors of ours may come back.

    python bench/fuzz_promql.py [COUNT] [SEED]

COUNT inputs (default 100,000) to each of the readers in turn. Well-formed expressions must also survive
printing. Exits with status 1 at the first other exception, after printing the input.
"""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench import promql_grammar as grammar
from ledgerscope.promql.errors import PromQLError
from ledgerscope.promql.regex.translate import compile_anchored, compile_regex
from ledgerscope.promql.series.notation import parse_series
from ledgerscope.promql.syntax.parser import parse, parse_metric, parse_selector
from ledgerscope.promql.syntax.printer import pretty, to_string
from ledgerscope.promql.text.durations import parse_duration

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

MAX_EXPANDED = 10_000


def read_expression(text: str) -> None:
    """Parse, print, parse again: the tree must stay the same."""
    tree = parse(text)
    if parse(to_string(tree)) != tree or parse(pretty(tree)) != tree:
        raise AssertionError(f"printing changed the meaning: {to_string(tree)}")


def read_series(text: str) -> None:
    """Parse a series line and expand it if it is short."""
    line = parse_series(text)
    if len(line) <= MAX_EXPANDED:
        line.expand()


def read_pattern(text: str) -> None:
    """Compile a pattern both ways and use it."""
    compile_anchored(text)("abc")
    compile_regex(text).replace_all("abc", "$1${x}$$")


def noise(rng: Random) -> str:
    """Characters without any structure."""
    return "".join(rng.choice(grammar.ALPHABET) for _ in range(rng.randrange(30)))


READERS: dict[str, tuple[Callable[[Random], str], Callable[[str], object]]] = {
    "expression": (grammar.expression, read_expression),
    "selector": (grammar.selector, parse_selector),
    "metric": (grammar.series, lambda text: parse_metric(text.partition(" ")[0])),
    "series": (grammar.series, read_series),
    "pattern": (grammar.pattern, read_pattern),
    "duration": (lambda rng: rng.choice(grammar.DURATIONS), parse_duration),
}


def one(rng: Random, reader: str) -> bool:
    """One input to one reader; whether it was accepted."""
    make, read = READERS[reader]
    text = make(rng) if rng.random() < 0.9 else noise(rng)
    if rng.random() < 0.7:
        text = grammar.damaged(rng, text)
    try:
        read(text)
    except PromQLError as error:
        str(error)
        return False
    except BaseException:
        print(f"{reader}: {text!r}")
        raise
    return True


def main(count: int, seed: int) -> None:
    """Run all readers and print how much each accepted."""
    print(f"seed {seed}")
    for reader in READERS:
        rng = random.Random(f"{seed}{reader}")  # noqa: S311 -- repeatable, not secret
        started = time.perf_counter()
        accepted = sum(one(rng, reader) for _ in range(count))
        taken = time.perf_counter() - started
        print(f"{reader:>10}: {count} inputs, {accepted} accepted, {taken / count * 1e6:.0f} us each")


if __name__ == "__main__":
    arguments = [int(argument) for argument in sys.argv[1:]]
    main(*(arguments + [100_000, random.randrange(2**32)][len(arguments) :]))  # noqa: S311 -- repeatable, not secret
