"""Draws the terminal pictures of the README: what pytest prints for the suite beside this file, as SVG.

python packaging/pytest-promql/pictures/draw.py [--out FOLDER]
"""  # noqa: INP001 - a script beside what it draws

from __future__ import annotations

import argparse
import io
import os
import re
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

HERE = Path(__file__).parent
COLUMNS = 96
PICTURES = {
    "failure": ("failing.yml",),
    "coverage": ("passing.yml", "--promql-cov"),
}
QUIETLY = (
    "-q",
    "-rN",
    "--no-header",
    "--color=yes",
    "-c",
    os.devnull,
    "--rootdir",
    ".",
    "-p",
    "no:cacheprovider",
)
THEME = TerminalTheme(
    background=(22, 27, 34),
    foreground=(230, 237, 243),
    normal=[
        (72, 79, 88), (255, 123, 114), (86, 211, 100), (227, 179, 65),
        (121, 192, 255), (210, 168, 255), (86, 212, 221), (230, 237, 243),
    ],
)  # fmt: skip
#: As rich has it, without fonts that a reader's browser would have to fetch.
FORMAT = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; \
font-size: {char_height}px; line-height: {line_height}px; }}
.{unique_id}-title {{ font: bold 18px system-ui, "DejaVu Sans", Arial, sans-serif; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def main() -> None:
    """Draw every picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=HERE, metavar="FOLDER")
    out: Path = parser.parse_args().out
    for name, arguments in PICTURES.items():
        (out / f"{name}.svg").write_text(drawn(name, arguments), "utf-8")


def drawn(name: str, arguments: tuple[str, ...]) -> str:
    """The SVG of one run of pytest and the command that was typed."""
    console = Console(
        record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True, color_system="truecolor"
    )
    console.print(Text.assemble(("$ ", "bold green"), ("pytest " + " ".join(arguments), "bold")))
    console.print(Text.from_ansi(printed(arguments)), soft_wrap=True)
    svg = console.export_svg(title="pytest-promql", theme=THEME, code_format=FORMAT, unique_id=name)
    return "".join(f"{line.rstrip()}\n" for line in svg.splitlines() if line.strip())


def printed(arguments: tuple[str, ...]) -> str:
    """What pytest prints, with the same duration every time."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *QUIETLY, *arguments],
        cwd=HERE / "suite",
        env=os.environ | {"COLUMNS": str(COLUMNS), "PYTEST_ADDOPTS": ""},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode > 1:
        sys.exit(done.stdout + done.stderr)
    return re.sub(r" in \d+\.\d+s", " in 0.12s", done.stdout).rstrip()


if __name__ == "__main__":
    main()
