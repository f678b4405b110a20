"""Other projects' rule tests get the verdict their authors mean them to get."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ledgerscope.promql.testing.runner import Options
from ledgerscope.promql.testing.session import verdicts
from ledgerscope.promql.yaml.nodes import FileError

ROOT = Path(__file__).parents[3]
FOLDER = Path(os.environ.get("LEDGERSCOPE_CONFORMANCE", ROOT / "../shared/conformance"))

pytestmark = [
    pytest.mark.conformance,
    pytest.mark.skipif(not FOLDER.is_dir(), reason="LEDGERSCOPE_CONFORMANCE is not there"),
]

#: File, range boundaries of the authors' Prometheus, verdict of each case (P passes, F fails).
VERDICTS = [
    ("promtool/at-modifier-test.yml", "3", "P"),
    ("promtool/bad-promql.yml", "3", "F"),
    ("promtool/bad-rules-error-test.yml", "3", "F"),
    ("promtool/failing.yml", "3", "FFFF"),
    ("promtool/long-period.yml", "3", "PPPP"),
    ("promtool/negative-offset-test.yml", "3", "P"),
    ("promtool/no-test-group-interval.yml", "3", "PP"),
    ("promtool/rules_run.yml", "3", "PF"),
    ("promtool/rules_run_fuzzy.yml", "3", "PPFF"),
    ("promtool/rules_run_no_fuzzy.yml", "3", "FF"),
    ("promtool/start-time-test.yml", "3", "P" * 9),
    ("promtool/unittest.yml", "3", "P" * 26),
    ("rule-tests/etcd-mixin/test.yaml", "2", "P" * 13),
    ("rule-tests/thanos/tests.yaml", "3", "P" * 11),
    ("rule-tests/timezone/time_test.yml", "3", "P" * 15),
]


@pytest.mark.parametrize(("name", "compat", "expected"), VERDICTS, ids=[name for name, *_ in VERDICTS])
def test_each_case_gets_its_verdict(name: str, compat: str, expected: str) -> None:
    outcomes = verdicts(FOLDER / name, Options(compat=compat))
    assert "".join("P" if outcome.passed else "F" for outcome in outcomes) == expected


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "promtool/bad-input-series.yml",
            "bad-input-series.yml:3:64: series: unexpected end of input inside braces",
        ),
        ("promtool/bad-rules-syntax-test.yml", "bad-rules-syntax.yml:7:22: .*could not parse expression"),
        (
            "promtool/rules_run_extrafields.yml",
            "rules_extrafields.yml:7:5: unknown field 'namespace' in a group",
        ),
    ],
)
def test_a_file_that_is_meant_to_be_refused_is_refused(name: str, message: str) -> None:
    with pytest.raises(FileError, match=message):
        verdicts(FOLDER / name)


def test_unknown_fields_can_be_ignored_on_request() -> None:
    outcomes = verdicts(FOLDER / "promtool/rules_run_extrafields.yml", Options(lenient=True))
    assert [outcome.passed for outcome in outcomes] == [True]


def test_every_test_file_of_the_folders_has_a_verdict_here() -> None:
    files = {
        path.relative_to(FOLDER).as_posix()
        for folder in ("promtool", "rule-tests")
        for path in (FOLDER / folder).rglob("*.y*ml")
        if any(line.startswith("tests:") for line in path.read_text("utf-8").splitlines())
    }
    refused = {"promtool/bad-input-series.yml", "promtool/bad-rules-syntax-test.yml"}
    assert files == {name for name, *_ in VERDICTS} | refused | {"promtool/rules_run_extrafields.yml"}
