"""Random PromQL: well-formed expressions, series notation and patterns, and small damage to any text.

Everything is drawn from the generator handed in, so a seed is a test case.
"""

from __future__ import annotations

import string
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

NAMES = ("up", "http_requests_total", "a:b:c", "sum", "offset", "fill", "start", "step", "min_of", "by", "_x")
LABELS = ("job", "instance", "le", "on", "by", "bool", '"a.b"', "offset", "fill_left")
VALUES = ("", "a", "5..", ".*", "a|b", "\\\\d+", "(a)(b)?", "[^x]", "é", "\\\\", 'say \\"hi\\"')
NUMBERS = ("0", "1", "-1", "1.5", "1e3", ".5", "0x1F", "017", "1_000", "Inf", "NaN", "5m", "1h30m", "10ms")
DURATIONS = ("5m", "1h30m", "90s", "60", "1y2w3d", "100ms")
OPERATORS = ("+", "-", "*", "/", "%", "^", "atan2")
MATCHES = ("=", "!=", "=~", "!~")
COMPARISONS = ("==", "!=", ">", "<", ">=", "<=")
SETS = ("and", "or", "unless")
AGGREGATORS = ("sum", "avg", "count", "min", "max", "group", "stddev", "stdvar")
RANKED = ("topk", "bottomk", "limitk", "limit_ratio", "quantile")
ATOMS = ("a", "b", ".", "\\d", "[a-c]", "[^a]", "[[:alpha:]]", "\\.", "\\x41", "^", "$", "\\b", "\\Qa.b\\E")
ALPHABET = string.ascii_letters + string.digits + string.punctuation + " \n\té\x00"
FRAGMENTS = (*"{}()`_", '"', "[5m]", "[5m:]", " offset ", " @ ", " by (", "and", "{{", "}}", "x9")


def scalar(rng: Random, depth: int) -> str:
    """An expression of type scalar."""
    if depth <= 0:
        return rng.choice(NUMBERS)
    choices: list[Callable[[], str]] = [
        lambda: rng.choice(NUMBERS),
        lambda: f"({scalar(rng, depth - 1)})",
        lambda: f"{scalar(rng, depth - 1)} {rng.choice(OPERATORS)} {scalar(rng, depth - 1)}",
        lambda: f"{scalar(rng, depth - 1)} {rng.choice(COMPARISONS)} bool {scalar(rng, depth - 1)}",
        lambda: f"scalar({vector(rng, depth - 1)})",
        lambda: rng.choice(["time()", "pi()", "start()", "step()"]),
        lambda: f"-{scalar(rng, depth - 1)}",
        lambda: f"min_of({scalar(rng, depth - 1)}, {scalar(rng, depth - 1)})",
    ]
    return rng.choice(choices)()


def labels(rng: Random) -> str:
    """A list of label names in parentheses."""
    return f"({', '.join(rng.sample(LABELS, rng.randrange(4)))})"


def selector(rng: Random) -> str:
    """A selector without modifiers."""
    matchers = [
        f'{rng.choice(LABELS)}{rng.choice(MATCHES)}"{rng.choice(VALUES)}"' for _ in range(rng.randrange(3))
    ]
    if rng.random() < 0.1:
        return "{" + ",".join([*matchers, '"utf8 näme"']) + "}"
    return rng.choice(NAMES) + ("{" + ",".join(matchers) + "}" if matchers or rng.random() < 0.2 else "")


def duration(rng: Random, depth: int) -> str:
    """A duration as it may stand in brackets, positive if it is a literal."""
    if depth <= 0:
        return rng.choice(DURATIONS)
    choices: list[Callable[[], str]] = [
        lambda: rng.choice(DURATIONS),
        lambda: f"({duration(rng, depth - 1)})",
        lambda: f"{duration(rng, depth - 1)} {rng.choice('+-*/%^')} {duration(rng, depth - 1)}",
        lambda: rng.choice(["step()", "range()"]),
        lambda: f"max_of({duration(rng, depth - 1)}, {duration(rng, depth - 1)})",
        lambda: f"(-{duration(rng, depth - 1)}) + 1h",
    ]
    return rng.choice(choices)()


def modifiers(rng: Random) -> str:
    """What may follow a selector or subquery."""
    parts = [
        rng.choice(["", " @ 10", " @ -1.5", " @ start()", " @ end()"]),
        rng.choice(["", "", " offset 5m", " offset -1h", " offset (2 * step())", " offset -(1m + 1)"]),
    ]
    rng.shuffle(parts)
    return "".join(parts)


def matrix(rng: Random, depth: int) -> str:
    """An expression of type range vector."""
    if depth <= 0 or rng.random() < 0.6:
        extension = rng.choice(["", "", " anchored", " smoothed"])
        return f"{selector(rng)}[{duration(rng, 1)}]{extension}{modifiers(rng)}"
    step = rng.choice(["", duration(rng, 1)])
    return f"({vector(rng, depth - 1)})[{duration(rng, 1)}:{step}]{modifiers(rng)}"


def matching(rng: Random) -> str:
    """What may stand between an operator and its right side, for vectors."""
    if rng.random() < 0.4:
        return ""
    names = rng.sample(LABELS, 4)
    on = f" {rng.choice(['on', 'ignoring'])} ({', '.join(names[:2])})"
    group = rng.choice(["", f" group_left ({names[2]})", " group_right", f" group_right ({names[3]})"])
    fill = rng.choice(["", "", " fill (0)", " fill_left (-1.5)", " fill_left (1) fill_right (NaN)"])
    return on + group + fill


def vector(rng: Random, depth: int) -> str:
    """An expression of type instant vector."""
    if depth <= 0:
        return selector(rng) + modifiers(rng)

    def below() -> str:
        return vector(rng, depth - 1)

    grouping = rng.choice(["", f" by {labels(rng)}", f" without {labels(rng)}"])
    choices: list[Callable[[], str]] = [
        lambda: selector(rng) + modifiers(rng),
        lambda: f"({below()})",
        lambda: f"{rng.choice(['-', '+'])}{below()}",
        lambda: f"{rng.choice(AGGREGATORS)}{grouping} ({below()})",
        lambda: f"{rng.choice(AGGREGATORS)} ({below()}){grouping}",
        lambda: f"{rng.choice(RANKED)}{grouping}({scalar(rng, 1)}, {below()})",
        lambda: f'count_values{grouping}("v", {below()})',
        lambda: f"{rng.choice(['rate', 'increase', 'max_over_time'])}({matrix(rng, depth - 1)})",
        lambda: f"histogram_quantile({scalar(rng, 1)}, {below()})",
        lambda: f'label_replace({below()}, "x", "$1", "job", "(.*)")',
        lambda: f'label_join({below()}, "x", "-", "job", "instance")',
        lambda: f'info({below()}, {{job=~".*"}})',
        lambda: f"vector({scalar(rng, depth - 1)})",
        lambda: f"({below()}) {rng.choice(OPERATORS + COMPARISONS)}{matching(rng)} ({below()})",
        lambda: f"{below()} {rng.choice(COMPARISONS)} bool {below()}",
        lambda: f"({below()}) {rng.choice(SETS)} {below()}",
        lambda: f"({below()}) {rng.choice(OPERATORS)} {scalar(rng, 1)}",
        lambda: f"h {rng.choice(['</', '>/'])} {scalar(rng, 0)}",
    ]
    return rng.choice(choices)()


def expression(rng: Random, depth: int = 3) -> str:
    """A well-formed expression of any type."""
    kinds: list[Callable[[Random, int], str]] = [scalar, vector, vector, vector, matrix]
    return rng.choice(kinds)(rng, depth)


def series(rng: Random) -> str:
    """A well-formed line of series notation, of modest length."""
    values = ("1", "-1.5", "_", "_x3", "stale", "1x5", "1+2x3", "1-2x3", "NaN", "-Inf", "1e3x2")
    histograms = (
        "{{}}",
        "{{schema:1 sum:3 count:22 buckets:[5 10 7]}}x3",
        "{{schema:-53 custom_values:[1 2] count:3 sum:4 buckets:[1 2]}}",
        "{{count:1 sum:1 z_bucket:1 z_bucket_w:0.5 n_buckets:[1 2] n_offset:-2 offset:3 buckets:[1]}}",
        "{{count:1 buckets:[1]}}+{{count:2 sum:1 buckets:[1 1]}}x3",
        "{{counter_reset_hint:gauge count:1}}-{{count:1}}x2",
    )
    points = [rng.choice(values + histograms) for _ in range(rng.randrange(6))]
    return f'{rng.choice(NAMES)}{{job="{rng.choice(VALUES[:5])}"}} ' + " ".join(points)


def pattern(rng: Random, depth: int = 3) -> str:
    """A well-formed RE2 pattern."""
    if depth <= 0:
        return rng.choice(ATOMS)
    choices: list[Callable[[], str]] = [
        lambda: rng.choice(ATOMS),
        lambda: pattern(rng, depth - 1) + pattern(rng, depth - 1),
        lambda: pattern(rng, depth - 1) + "|" + pattern(rng, depth - 1),
        lambda: f"({pattern(rng, depth - 1)})",
        lambda: f"(?i:{pattern(rng, depth - 1)})",
        lambda: f"(?:{pattern(rng, depth - 1)}){rng.choice(['*', '+', '?', '{2}', '{1,3}', '*?'])}",
    ]
    return rng.choice(choices)()


def damaged(rng: Random, text: str) -> str:
    """The text with a few characters cut, doubled, swapped or put in."""
    for _ in range(rng.randrange(1, 4)):
        start = rng.randrange(len(text) + 1)
        end = min(len(text), start + rng.randrange(6))
        piece = rng.choice(["", text[start:end] * 2, rng.choice(ALPHABET), rng.choice(FRAGMENTS)])
        text = text[:start] + piece + text[end:]
    return text
