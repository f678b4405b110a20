"""The guide works as written, and whatever a reader leaves out is one finding that says what to do.

The blocks of the page are applied to a copy of the project. Each case then leaves out one part.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.thoroughness import sample, thorough_only
from tests.uncovered import environment

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "adding-a-metric.md").read_text(encoding="utf-8")
BLOCKS = [
    (found["kind"], found["path"], found["text"])
    for found in re.finditer(
        r"^(?P<fence>`{3,})(?P<kind>\w+) (?P<path>\S+)\n(?P<text>.*?)^(?P=fence)$",
        PAGE,
        re.DOTALL | re.MULTILINE,
    )
]
COPIED = (
    *("ledgerscope", "collectors", "exporter", "rules", "dashboards", "alertmanager"),
    *("docs/runbooks", "tests/rules", "tests/collectors"),
)
GENERATED = (
    "rules/generated/support.yml",
    "tests/rules/support.test.yml",
    "docs/runbooks/support/SupportCriticalTicketsMany.md",
    "dashboards/generated/support.json",
)


def apply(root: Path, blocks: list[tuple[str, str, str]]) -> None:
    """Do what the page says: create a file, or make the edit of a diff."""
    for kind, path, text in blocks:
        target = root / path
        if kind == "diff":
            lines = text.splitlines(keepends=True)
            before = "".join(line[1:] for line in lines if line[0] in " -")
            after = "".join(line[1:] or "\n" for line in lines if line[0] in " +")
            old = target.read_text()
            assert old.count(before) == 1, f"{path}: the page shows lines that are not there"
            target.write_text(old.replace(before, after))
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)


def run(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=root,
        env=environment(PYTHONPATH=str(root)),
        capture_output=True,
        text=True,
        check=False,
    )


def build(root: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return run(root, "-c", "from ledgerscope.cli import main; main()", "build", *options)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project, with everything that the page says done and built."""
    root = tmp_path_factory.mktemp("guide")
    for folder in COPIED:
        shutil.copytree(ROOT / folder, root / folder)
    for file in (
        "pyproject.toml",
        "docs/definitions.md",
        "docs/metrics.md",
        "tests/conftest.py",
        "tests/leaks.py",
        "tests/processes.py",
        "tests/uncovered.py",
    ):
        shutil.copy(ROOT / file, root / file)
    apply(root, BLOCKS)
    built = build(root)
    assert built.returncode == 0, built.stdout + built.stderr
    return root


def test_the_page_shows_every_file_of_an_area() -> None:
    assert {path for _, path, _ in BLOCKS} == {
        "ledgerscope/catalogue/areas.py",
        "ledgerscope/catalogue/support.py",
        "collectors/support.py",
        "tests/collectors/test_support.py",
        "rules/limits.py",
        "rules/support.py",
        "rules/scenarios/support.py",
        "rules/runbooks/support/SupportCriticalTicketsMany.md",
        "dashboards/boards/support.py",
    }


@thorough_only()
def test_the_area_of_the_page_is_built_and_its_tests_pass(copy: Path) -> None:
    assert all((copy / path).is_file() for path in GENERATED)
    checked = build(copy, "--check")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    tests = ("tests/collectors/test_support.py", "tests/rules/support.test.yml")
    tested = run(copy, "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider", *tests)
    assert tested.returncode == 0, tested.stdout + tested.stderr
    assert re.search(r"\b[1-9]\d* passed", tested.stdout)


def test_what_the_page_shows_is_in_the_style_of_the_project(copy: Path) -> None:
    files = [path for kind, path, _ in BLOCKS if path.endswith(".py")]
    for command in (("ruff", "format", "--check"), ("ruff", "check")):
        verdict = run(copy, "-m", *command, "--no-cache", *files)
        assert verdict.returncode == 0, verdict.stdout + verdict.stderr


def edit(copy: Path, path: str, old: str, new: str = "") -> None:
    text = (copy / path).read_text()
    assert text.count(old) == 1, path
    (copy / path).write_text(text.replace(old, new))


@pytest.mark.parametrize(
    ("path", "finding"),
    sample(
        [
            ("ledgerscope/catalogue/support.py", "missing; create it and define METRICS"),
            ("collectors/support.py", "missing; create it and define one subclass of AreaCollector"),
            ("rules/support.py", "missing; create it and define AREA, a RuleArea"),
            ("rules/scenarios/support.py", "missing; create it and define ALERTS and RECORDINGS"),
            ("dashboards/boards/support.py", "missing; create it and define BOARD, a Board"),
            (
                "rules/runbooks/support/SupportCriticalTicketsMany.md",
                "missing; write it, with the sections ## Meaning, ## Impact, ## Diagnosis, ## Mitigation",
            ),
        ],
        1,
    ),
)
def test_a_file_that_is_left_out_is_one_finding(copy: Path, tmp_path: Path, path: str, finding: str) -> None:
    root = tmp_path / "incomplete"
    shutil.copytree(copy, root)
    (root / path).unlink()
    lines = found(root)
    assert len(lines) == 1, lines
    assert lines[0].startswith(f"{path}: {finding}"), lines


PANEL = """                lines(
                    "Critical tickets",
                    Query(str(chosen(rules.CRITICAL)), "{{company_id}}"),
                    about="Open tickets of priority critical.",
                    unit=Unit.COUNT,
                    draws=(rules.MANY_CRITICAL,),
                ),
"""


@pytest.mark.parametrize(
    ("path", "old", "new", "finding"),
    sample(
        [
            (
                "ledgerscope/catalogue/areas.py",
                '    Area("support", "Support"),\n',
                "",
                "ledgerscope/catalogue/areas.py: no area 'support', but there is rules/scenarios/support.py, "
                'dashboards/boards/support.py: add Area("support", "...")',
            ),
            (
                "ledgerscope/catalogue/support.py",
                "METRICS = (OPEN_TICKETS,)",
                "METRICS = ()",
                "ledgerscope/catalogue/support.py: METRICS lacks OPEN_TICKETS: add it",
            ),
            (
                "ledgerscope/catalogue/support.py",
                "METRICS = (OPEN_TICKETS,)",
                "",
                "ledgerscope/catalogue/support.py: has to define METRICS, the tuple of the metrics of the "
                "area",
            ),
            (
                "collectors/support.py",
                """        samples.expect_closed(catalogue.OPEN_TICKETS, companies.tenants)
        given = parameters(companies, as_of)
        for tenant_id, priority, n in connection.execute(open_tickets(), given):
            samples.put(catalogue.OPEN_TICKETS, (tenant_id, priority), n)
""",
                "        pass\n",
                "collectors/support.py: nothing serves customer_support_open_tickets: put a value of OPEN_TI",
            ),
            (
                "collectors/support.py",
                "metrics = catalogue.METRICS",
                "metrics = ()",
                "collectors/support.py: SupportCollector.metrics lacks customer_support_open_tickets: "
                "set it to METRICS of the catalogue",
            ),
            (
                "collectors/support.py",
                'name = "support"',
                'name = "suport"',
                "collectors/support.py: is named 'suport': use the name of the area, 'support'",
            ),
            (
                "rules/scenarios/support.py",
                "from rules.model import Severity",
                "from rules.model import Severty",
                "rules/scenarios/support.py: cannot be imported: ImportError: cannot import name 'Severty' "
                "from 'rules.model'",
            ),
            (
                "dashboards/boards/support.py",
                "                    draws=(rules.MANY_CRITICAL,),\n"
                "                ),\n                lines(",
                "                ),\n                lines(",
                "dashboards/boards/support.py: the panel 'Critical tickets' does not show the limit of "
                "SupportCriticalTicketsMany",
            ),
            (
                "dashboards/boards/support.py",
                '"Critical tickets",',
                '"Something else",',
                "dashboards/boards/support.py: the alert SupportCriticalTicketsMany links to a panel "
                "'Critical tickets', which is missing",
            ),
            (
                "rules/runbooks/support/SupportCriticalTicketsMany.md",
                "limit.warning",
                "limit.critical",
                "rules/runbooks/support/SupportCriticalTicketsMany.md: 'dict object' has no attribute "
                "'critical': the numbers of this alert are limit.warning",
            ),
            (
                "rules/runbooks/support/SupportCriticalTicketsMany.md",
                "## Impact\n",
                "",
                "rules/runbooks/support/SupportCriticalTicketsMany.md: the section Impact is missing: write "
                "it",
            ),
        ],
        2,
    ),
)
def test_a_line_that_is_left_out_or_wrong_is_one_finding(
    copy: Path, tmp_path: Path, path: str, old: str, new: str, finding: str
) -> None:
    root = tmp_path / "incomplete"
    shutil.copytree(copy, root)
    edit(root, path, old, new)
    lines = found(root)
    assert len(lines) == 1, lines
    assert lines[0].startswith(finding), lines


def test_a_case_that_is_left_out_is_one_finding(copy: Path, tmp_path: Path) -> None:
    root = tmp_path / "incomplete"
    shutil.copytree(copy, root)
    path = "rules/scenarios/support.py"
    text = (root / path).read_text()
    start, end = text.index("ALERTS = ("), text.index("RECORDINGS: tuple")
    (root / path).write_text(text[:start] + "ALERTS: tuple[AlertCase, ...] = ()\n\n" + text[end:])
    assert found(root) == [
        f"{path}: no case tests the alert SupportCriticalTicketsMany: add an AlertCase to ALERTS"
    ]


def test_a_metric_of_the_exporter_itself_is_checked_like_any_other(copy: Path, tmp_path: Path) -> None:
    root = tmp_path / "incomplete"
    shutil.copytree(copy, root)
    path = "ledgerscope/catalogue/exporter.py"
    text = (root / path).read_text()
    added = 'QUIET = replace(UP, name="ledgerscope_collector_quiet")\n\nMETRICS = (\n    QUIET,\n'
    text = text.replace("METRICS = (\n", added, 1)
    text = text.replace("from ledgerscope", "from dataclasses import replace\n\nfrom ledgerscope", 1)
    (root / path).write_text(text)
    assert found(root) == ["exporter/: nothing serves ledgerscope_collector_quiet: put a value of QUIET"]


def found(root: Path) -> list[str]:
    """The findings of the build, which fails by them and never by a traceback."""
    verdict = build(root, "--check")
    assert verdict.returncode == 1, verdict.stdout + verdict.stderr
    lines = verdict.stderr.splitlines()
    assert "Traceback" not in verdict.stderr
    assert lines[-1].endswith("; nothing was written"), verdict.stdout + verdict.stderr
    return lines[:-1]
