"""Add to a history what the recording rules make of it, for boards that read recordings.

Reads the OpenMetrics text of `history.py` from standard input and writes it again with the recordings,
evaluated by the project's own engine over the instants of the history.
"""

from __future__ import annotations

import math
import sys
from collections import defaultdict
from pathlib import Path

import click

from ledgerscope.promql.engine.engine import Engine
from ledgerscope.promql.rules.load import load_rules
from ledgerscope.promql.rules.plan import RulePlan
from ledgerscope.promql.rules.run import evaluate_rules
from ledgerscope.promql.samples.axis import Axis
from ledgerscope.promql.samples.labels import METRIC_NAME, Labels
from ledgerscope.promql.samples.storage import Storage
from ledgerscope.promql.syntax.parser import parse_metric
from ledgerscope.promql.text.quoting import quote

_END = "# EOF\n"
_SECOND_MS = 1000


@click.command()
@click.option("--hours", default=6.0, show_default=True, help="Between two instants of the history.")
@click.argument("rules", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
def main(hours: float, rules: tuple[Path, ...]) -> None:
    """Write standard input with the recordings of the rule files RULES."""
    history = sys.stdin.read().removesuffix(_END)
    storage, axis = _read(history, round(hours * 3600 * _SECOND_MS))
    groups = tuple(group for path in rules for group in load_rules(path))
    found = evaluate_rules(RulePlan.of(groups), storage, Engine(lookback_ms=axis.step_ms), axis)
    sys.stdout.write(history)
    for samples in found.storage:
        if storage.get(samples.labels) is None:
            sys.stdout.writelines(
                f"{_identity(samples.labels)} {value!r} {at / _SECOND_MS}\n"
                for at, value in zip(samples.times.tolist(), samples.values.tolist(), strict=True)
                if not math.isnan(value)
            )
    sys.stdout.write(_END)


def _read(history: str, step_ms: int) -> tuple[Storage, Axis]:
    series: dict[str, dict[int, float]] = defaultdict(dict)
    for line in history.splitlines():
        identity, value, stamp = line.rsplit(" ", 2)
        series[identity][round(float(stamp) * _SECOND_MS)] = float(value)
    storage = Storage()
    for identity, values in series.items():
        storage.append(Labels(parse_metric(identity)), list(values), list(values.values()))
    instants = {at for values in series.values() for at in values}
    return storage, Axis.spanning(min(instants), max(instants), step_ms)


def _identity(labels: Labels) -> str:
    inner = ",".join(f"{name}={quote(value)}" for name, value in labels if name != METRIC_NAME)
    return f"{labels.name}{{{inner}}}"


if __name__ == "__main__":
    main()
