"""What mutation testing found: for people (terminal) and machines (JSON). Paths are relative to a folder."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ledgerscope.promql.mutation.model import Verdict
from ledgerscope.promql.mutation.operators import FIELD_OPERATORS, OPERATORS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledgerscope.promql.mutation.model import Judged, Mutant

#: A terminal shows no more; the rest is in the JSON file.
MOST_LINES = 40


@dataclass(frozen=True, slots=True)
class MissingTest:
    """A test that a survivor calls for. `complete`: it was run, and the mutant fails it.

    add_to: the test file whose rules it is for; empty where there is none.
    """

    text: str
    complete: bool
    add_to: str


@dataclass(frozen=True, slots=True)
class Survivor:
    """A mutant that no test noticed, and the test that is missing."""

    judged: Judged
    missing: MissingTest


@dataclass(frozen=True, slots=True)
class Report:
    """All verdicts. `same`: changes that were left out because they provably change nothing."""

    killed: tuple[Judged, ...]
    survivors: tuple[Survivor, ...]
    same: int = 0

    @property
    def total(self) -> int:
        """All mutants."""
        return len(self.killed) + len(self.survivors)

    @property
    def percent(self) -> float:
        """Killed mutants of a hundred; 100 where there are none."""
        return 100.0 * len(self.killed) / self.total if self.total else 100.0


def terminal_lines(report: Report, base: Path) -> list[str]:
    """Survivors, with their tests as far as there is room, then the score. At most 40 lines."""
    room = MOST_LINES - 1
    survived = sum(each.judged.verdict is Verdict.SURVIVED for each in report.survivors)
    for shown in range(min(survived, MOST_LINES), -1, -1):
        lines = list(_lines(report, base, shown))
        if shown < survived:
            lines.append("the other missing tests: --promql-mutate-json FILE")
        if len(lines) <= room:
            return [*lines, _score(report)]
    lines = list(_lines(report, base, 0))
    more = f"and {len(lines) - room + 1} more lines; all, with the missing tests: --promql-mutate-json FILE"
    return [*lines[: room - 1], more, _score(report)]


def _score(report: Report) -> str:
    left_out = f"; {report.same} that change nothing were left out" if report.same else ""
    killed = f"{len(report.killed)} of {report.total} mutants killed"
    return f"mutation score: {killed}, {report.percent:.1f} %{left_out}"


def _lines(report: Report, base: Path, tests: int) -> Iterator[str]:
    """One line per survivor, the first ones with their tests; one per rule that no test reaches."""
    for (owner, verdict), survivors in groupby(report.survivors, key=_owner):
        of_rule = list(survivors)
        if verdict is Verdict.UNREACHED:
            where = f"{shown_path(owner.where.file, base)}:{owner.where.line}"
            yield f"{where} {owner.kind} {owner.name}: no test reaches it ({len(of_rule)} mutants)"
            continue
        for survivor in of_rule:
            yield _line(survivor, base)
            if tests > 0:
                yield from _test(survivor.missing, base)
            tests -= 1


def _test(missing: MissingTest, base: Path) -> Iterator[str]:
    target = f" for {shown_path(missing.add_to, base)}" if missing.add_to else ""
    yield f"    {'missing test' if missing.complete else 'test to complete'}{target}:"
    yield from (f"      {line}" for line in missing.text.splitlines())


def _owner(survivor: Survivor) -> tuple[Any, Verdict]:
    return survivor.judged.mutant.rule_id, survivor.judged.verdict


def _line(survivor: Survivor, base: Path) -> str:
    mutant = survivor.judged.mutant
    place = f"{shown_path(mutant.where.file, base)}:{mutant.where.line}:{mutant.where.column}"
    return f"{place} {mutant.rule_id.kind} {mutant.rule_id.name}: {mutant}"


def shown_path(file: str, base: Path) -> str:
    """A path as seen from a folder."""
    path = Path(file)
    return path.relative_to(base).as_posix() if path.is_relative_to(base) else file


def as_json(report: Report, base: Path) -> str:
    """Everything as JSON."""
    document = {
        "percent": round(report.percent, 1),
        "killed": len(report.killed),
        "total": report.total,
        "same": report.same,
        "operators": _by_operator(report),
        "survivors": [
            {
                **_as_dict(each.judged.mutant, base),
                "verdict": each.judged.verdict.value,
                "shows": each.judged.mutant.shows,
                "test": each.missing.text,
                "test_is_complete": each.missing.complete,
                "add_to": shown_path(each.missing.add_to, base),
            }
            for each in report.survivors
        ],
        "killed_mutants": [{**_as_dict(each.mutant, base), "by": each.by} for each in report.killed],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _by_operator(report: Report) -> dict[str, dict[str, int]]:
    table = {}
    for name in (*(each.name for each in OPERATORS), *FIELD_OPERATORS):
        killed = sum(each.mutant.operator == name for each in report.killed)
        survived = sum(each.judged.mutant.operator == name for each in report.survivors)
        if killed or survived:
            table[name] = {"killed": killed, "survived": survived}
    return table


def _as_dict(mutant: Mutant, base: Path) -> dict[str, Any]:
    return {
        "file": shown_path(mutant.where.file, base),
        "line": mutant.where.line,
        "column": mutant.where.column,
        "group": mutant.rule_id.group,
        "kind": mutant.rule_id.kind,
        "name": mutant.rule_id.name,
        "operator": mutant.operator,
        "field": mutant.field,
        "before": mutant.before,
        "after": mutant.after,
        "original": mutant.original,
        "mutated": mutant.mutated,
    }
