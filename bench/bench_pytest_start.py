"""What the plugin adds to a pytest start that has no rule tests: medians, and the modules it imports.

    .venv/bin/python bench/bench_pytest_start.py [ROUNDS]

`python -m pytest --collect-only` in an empty folder, with the plugin and without it in turn (ROUNDS times, 21
unless stated), once among the plugins of this installation and once with the plugin alone. The bytecode cache
is warm, as after any first run.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = 21
ENTRY_POINT = "ledgerscope-promql"
MODULE = "ledgerscope.promql.plugin.hooks"
COLLECT = ("-q", "--collect-only", "-p", "no:cacheprovider")

#: Name, environment, and the arguments without the plugin and with it.
SETTINGS: tuple[tuple[str, dict[str, str], tuple[str, ...], tuple[str, ...]], ...] = (
    ("among all plugins", {}, ("-p", f"no:{ENTRY_POINT}"), ()),
    ("the plugin alone", {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}, (), ("-p", MODULE)),
)
LIST_MODULES = "import pytest, sys; pytest.main(sys.argv[1:]); print('modules', *sys.modules)"


def environment(folder: Path, extra: dict[str, str]) -> dict[str, str]:
    """Compiled modules are kept, as in any installation, but not among the sources."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPYCACHEPREFIX": str(folder / "bytecode")} | extra


def run(folder: Path, extra: dict[str, str], command: list[str]) -> tuple[float, float, str]:
    """Wall and processor seconds of a process, and what it printed."""
    before, begin = processor_seconds(), time.perf_counter()
    done = subprocess.run(
        [sys.executable, *command],
        cwd=folder / "empty",
        env=environment(folder, extra),
        capture_output=True,
        text=True,
        check=False,
    )
    wall, after = time.perf_counter() - begin, processor_seconds()
    if "no tests collected" not in done.stdout:
        raise SystemExit(done.stdout + done.stderr)
    return wall, after - before, done.stdout


def processor_seconds() -> float:
    """Processor time of the finished processes."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    """Print the difference the plugin makes."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "empty").mkdir()
        (folder / "empty" / "pytest.ini").write_text("[pytest]\n")
        for title, extra, without, with_plugin in SETTINGS:
            compare(folder, title, extra, {"without": without, "with": with_plugin}, rounds)


def compare(
    folder: Path, title: str, extra: dict[str, str], variants: dict[str, tuple[str, ...]], rounds: int
) -> None:
    """One setting: times of both variants in turn, and what only one of them imports."""
    modules = {
        name: set(
            run(folder, extra, ["-c", LIST_MODULES, *COLLECT, *arguments])[2].split("modules ")[1].split()
        )
        for name, arguments in variants.items()
    }
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in variants}
    for _ in range(rounds):
        for name, arguments in variants.items():
            times[name].append(run(folder, extra, ["-m", "pytest", *COLLECT, *arguments])[:2])
    for kind, clock in enumerate(("wall", "processor")):
        without, added = (
            1000 * statistics.median(each)
            for each in (
                [pair[kind] for pair in times["without"]],
                [b[kind] - a[kind] for a, b in zip(times["without"], times["with"], strict=True)],
            )
        )
        print(f"{title}, {clock}: {without:.0f} ms without the plugin, {added:+.1f} ms with it")
    print(f"  imported for it: {', '.join(sorted(modules['with'] - modules['without']))}")


if __name__ == "__main__":
    main()
