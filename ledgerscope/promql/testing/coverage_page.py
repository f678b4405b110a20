"""Rule coverage as one self-contained page: what is missing stands open, what is covered can be opened."""

from __future__ import annotations

import re
from html import escape
from itertools import groupby
from string import Template
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ledgerscope.promql.testing.coverage import Coverage, Points, RuleKey


def as_html(coverage: Coverage, file_of: Callable[[RuleKey], str]) -> str:
    """The whole page; `file_of` names a rule's file as the reader knows it."""
    rules = sorted(coverage.rules.items())
    incomplete = sum(not all(points.values()) for _, points in rules)
    return _PAGE.substitute(
        percent=f"{coverage.percent:.1f}",
        covered=coverage.covered,
        total=coverage.total,
        rules=len(rules),
        complete=len(rules) - incomplete,
        files="\n".join(
            _file(name, list(each)) for name, each in groupby(rules, lambda rule: file_of(rule[0]))
        ),
    )


def _file(name: str, rules: list[tuple[RuleKey, Points]]) -> str:
    covered, total = _count(points for _, points in rules)
    state, is_open = ("part", " open") if covered < total else ("full", "")
    rows = "\n".join(_rule(key, points) for key, points in rules)
    summary = f"<summary><h2>{escape(name)}</h2>{_meter(covered, total)}</summary>"
    return f"<details class='file {state}'{is_open}>{summary}\n<table>{rows}</table></details>"


def _rule(key: RuleKey, points: Points) -> str:
    covered, total = _count([points])
    missing = "".join(f"<li>{_marked(name)}" for name, seen in points.items() if not seen)
    seen = "".join(f"<li>{_marked(name)}" for name, seen in points.items() if seen)
    details = f"<small>not seen</small><ul class=missing>{missing}</ul>" if missing else ""
    if seen:
        details += f"<details><summary>{covered} seen</summary><ul class=seen>{seen}</ul></details>"
    state = "part" if missing else "full"
    return (
        f"<tr class={state}><td class=line>{key.line}"
        f"<td><b>{_breakable(key.name)}</b><small>{key.kind} in {escape(key.group)}</small>"
        f"<td>{_meter(covered, total)}<td class=points>{details}"
    )


def _count(rules: Iterable[Points]) -> tuple[int, int]:
    points = [seen for each in rules for seen in each.values()]
    return sum(points), len(points)


def _meter(covered: int, total: int) -> str:
    state = "full" if covered == total else "part"
    share = 100 * covered / total if total else 100
    return (
        f'<span class="meter {state}"><i style="width:{share:.0f}%"></i></span>'
        f"<span class=count>{covered}/{total}</span>"
    )


def _breakable(name: str) -> str:
    """A long name may be broken behind its colons and underscores."""
    return re.sub("([:_])", r"\1<wbr>", escape(name))


def _marked(name: str) -> str:
    """A point's name, its PromQL set as code."""
    parts = escape(name).split("`")
    return "".join(f"<code>{part}</code>" if index % 2 else part for index, part in enumerate(parts))


_PAGE = Template("""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Rule coverage: $percent %</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
:root { color-scheme: light dark; --text: #1f2328; --quiet: #59636e; --line: #d1d9e0; --back: #fff;
  --code: #f0f3f6; --good: #1a7f37; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --text: #e6edf3; --quiet: #9198a1; --line: #3d444d;
  --back: #0d1117; --code: #1c2129; --good: #3fb950; --bad: #ff7b72; } }
* { box-sizing: border-box; }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--text); background: var(--back);
  margin: 0 auto; padding: 2rem; max-width: 72rem; }
h1 { font-size: 1.1rem; margin: 0; color: var(--quiet); font-weight: 600; }
h2 { font: 600 1rem/1.5 ui-monospace, monospace; margin: 0; display: inline; overflow-wrap: anywhere; }
.total { font-size: 2.6rem; font-weight: 600; line-height: 1.2; font-variant-numeric: tabular-nums; }
header p { margin: 0 0 1.5rem; color: var(--quiet); }
details.file { border: 1px solid var(--line); border-radius: 8px; margin: 0 0 1rem; }
details.file > summary { padding: .7rem 1rem; cursor: pointer; display: flex; align-items: center;
  gap: .8rem; }
details.file > summary h2 { flex: 1; }
table { width: 100%; border-collapse: collapse; table-layout: fixed; }
td { border-top: 1px solid var(--line); padding: .55rem 1rem; vertical-align: top; overflow-wrap: anywhere; }
td.line { width: 4.5rem; color: var(--quiet); text-align: right; font-variant-numeric: tabular-nums; }
td:nth-child(2) { width: 34%; } td:nth-child(3) { width: 10.5rem; white-space: nowrap; }
b { font-weight: 600; } small { display: block; color: var(--quiet); }
.meter { display: inline-block; width: 5rem; height: .5rem; border-radius: 4px; background: var(--line);
  overflow: hidden; vertical-align: middle; }
.meter.part { background: var(--bad); } .meter i { display: block; height: 100%; background: var(--good); }
.count { color: var(--quiet); margin-left: .5rem; font-variant-numeric: tabular-nums; display: inline-block;
  min-width: 3.2rem; }
code { font: .9em ui-monospace, monospace; background: var(--code); border-radius: 4px; padding: .1em .3em; }
ul { margin: 0; padding: 0; list-style: none; } li { padding-left: 1.3rem; text-indent: -1.3rem; }
li::before { display: inline-block; width: 1.3rem; text-indent: 0; }
.missing li::before { content: "✗"; color: var(--bad); }
.seen li::before { content: "✓"; color: var(--good); }
label { display: inline-flex; gap: .5rem; align-items: center; margin: 0 0 1rem; cursor: pointer; }
body:has(#only:checked) .file.part tr.full { display: none; }
.points details { color: var(--quiet); } .points summary { cursor: pointer; }
@media (max-width: 48rem) {
  body { padding: 1rem; } details.file > summary { flex-wrap: wrap; }
  details.file > summary h2 { flex-basis: 100%; }
  tr { display: block; border-top: 1px solid var(--line); padding: .5rem 1rem; }
  td, td.line, td:nth-child(n) { display: block; width: auto; border: 0; padding: .1rem 0; text-align: left; }
}
@media print { details.file { break-inside: avoid; } }
</style></head>
<body><header><h1>Rule coverage</h1><div class="total">$percent %</div>
<p>$covered of $total points seen; $complete of $rules rules complete. A point is one thing a rule can do:
see data, have a condition true or false, wait out its <code>for</code>, be kept firing, take a side of a
template.</p>
</header>
<label><input type="checkbox" id="only" checked> only rules with something missing</label>
$files
</body></html>
""")
