"""Commands are imported on use, and complete in a shell."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

HEAVY = ("ledgerscope.customers", "ledgerscope.cli.operations", "sqlalchemy", "rich")
GROUPS = {
    "customers", "import", "imports", "export", "audit", "contacts", "communications", "interactions",
    "segments", "credit", "invoices", "payments", "credit-notes", "write-offs", "statements", "aging",
    "analytics", "grants",
}  # fmt: skip


def loaded_by(*arguments: str) -> set[str]:
    script = (
        "import sys\nfrom ledgerscope.cli import main\n"
        f"main({list(arguments)!r}, standalone_mode=False)\nprint(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stderr.split())


def completed(line: str) -> set[str]:
    words = line.split(" ")
    asked = {
        **os.environ, "_LEDGERSCOPE_COMPLETE": "bash_complete", "COMP_WORDS": line,
        "COMP_CWORD": str(len(words) - 1),
    }  # fmt: skip
    script = "from ledgerscope.cli import main; main(prog_name='ledgerscope')"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, env=asked
    )
    assert done.stderr == ""
    return {each.partition(",")[2] for each in done.stdout.splitlines()}


def test_help_loads_no_library_of_the_operations() -> None:
    loaded = loaded_by("--help")
    assert [name for name in HEAVY if name in loaded] == []


def test_collect_loads_no_library_of_the_operations() -> None:
    loaded = loaded_by("collect", "--help")
    assert [name for name in HEAVY[:2] if name in loaded] == []


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("ledgerscope ", GROUPS),
        ("ledgerscope invoices ", {"issue", "draft", "finalise", "void", "show", "list"}),
        ("ledgerscope invoices list --status ", {"open", "paid", "void", "uncollectible"}),
    ],
)
def test_groups_commands_and_choices_complete(line: str, wanted: set[str]) -> None:
    assert wanted <= completed(line)
