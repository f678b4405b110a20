"""Five projects with fixtures, mocks, YAML and settings of their own, which know nothing of PromQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["PROJECTS", "Project"]


@dataclass(frozen=True, slots=True)
class Project:
    """The files of a project, the options it is tested with, and what its tests give by themselves."""

    files: Mapping[str, str | bytes]
    outcomes: Mapping[str, int]
    options: tuple[str, ...] = ("-p", "no:randomly")


FIXTURES = Project(
    {
        "conftest.py": """
import pytest

def pytest_addoption(parser):
    group = parser.getgroup("promql", "the Prometheus that is asked")
    group.addoption("--promql", default="http://localhost:9090")
    group.addoption("--promql-url", default="http://localhost:9090")
    parser.addini("promql_url", "the same as a setting", default="http://localhost:9090")

class Client:
    def story(self):
        raise RuntimeError("nobody may ask")

    def __getattr__(self, name):
        return lambda *arguments: {name: arguments}

@pytest.fixture
def promql(request):
    yield Client()

@pytest.fixture(autouse=True)
def scenario(monkeypatch):
    monkeypatch.setenv("SCENARIO", "1")
""",
        "test_fixtures.py": """
import os

import pytest

def test_asks(promql):
    assert promql.at("1m") == {"at": ("1m",)}

def test_asks_wrongly(promql):
    assert promql.at("1m") == {"at": ("2m",)}

@pytest.mark.parametrize("promql", ["a", "b"])
def test_by_parameter(promql):
    assert promql == "a"

def test_options(request):
    assert request.config.getoption("--promql-url") == request.config.getini("promql_url")
    assert os.environ["SCENARIO"] == "1"

class TestOverridden:
    @pytest.fixture
    def promql(self, promql):
        return [promql]

    def test_it(self, promql):
        assert len(promql) == 2
""",
    },
    {"passed": 3, "failed": 3},
)

MOCKS = Project(
    {
        "conftest.py": """
def pytest_assertrepr_compare(config, op, left, right):
    if isinstance(left, Money) and op == "==":
        return ["money differs", f"{left.cents} != {right}"]

class Money:
    def __init__(self, cents):
        self.cents = cents

    def explained_against(self, other):
        raise RuntimeError("nobody may ask")
""",
        "test_mocks.py": """
from unittest import TestCase
from unittest.mock import ANY, AsyncMock, MagicMock, Mock, call, create_autospec, patch, sentinel

import pytest
from conftest import Money

class Client:
    def explained_against(self, other): ...
    def get(self, path): ...

@pytest.mark.parametrize("kind", [Mock, MagicMock, AsyncMock, lambda: create_autospec(Client)])
def test_a_mock_is_no_mapping(kind):
    assert kind() == {"a": 1}

def test_a_result_is_no_mapping():
    assert MagicMock().get() == {"a": 1}

def test_calls():
    client = create_autospec(Client)()
    client.get("/")
    assert client.mock_calls == [call.get("/x")]

def test_any_and_sentinels():
    assert {"a": ANY, "b": sentinel.b} == {"a": 1, "b": sentinel.b}

def test_own_explanation():
    assert Money(1) == {"cents": 1}

def test_patched():
    with patch("os.getcwd", return_value="/nowhere") as patched:
        import os
        assert os.getcwd() == "/nowhere"
    patched.assert_called_once_with()

class Case(TestCase):
    def test_unequal(self):
        self.assertEqual(Mock(), {"a": 1})
""",
    },
    {"passed": 2, "failed": 8},
)

YAML = Project(
    {
        "docker-compose.test.yml": "services:\n  db: {image: postgres}\n",
        "goss.test.yml": "tests:\n  - {name: port, command: ss -l}\n",
        "tests.yaml": "tests: [{alert: a, expr: b}, {input: x, output: y}]\n",
        "prometheus.yml": "rule_files: [rules/*.yml]\nscrape_configs: []\n",
        "rules/alerts.yml": "groups: [{name: g, rules: [{alert: Down, expr: up ==, for: x}]}]\n",
        "chart/templates/rules_test.yaml": "{{- if .Values.on }}\ntests: {{ .Values.tests }}\n{{- end }}\n",
        "ansible/tests/main.yml": "- hosts: all\n  tasks: [{debug: {msg: '{{ alert_rule_test }}'}}]\n",
        "words.yml": "# tests with alert_rule_test and promql_expr_test\nalert_rule_test: promql_expr_test\n",
        "broken.test.yml": "tests: [\n  - }\n",
        "many.yml": "a: 1\n---\nb: !custom {c: 2}\n---\n*nowhere\n",
        "empty_test.yml": "",
        "utf16.test.yml": "tests: []\n".encode("utf-16"),
        "bytes.yml": bytes(range(256)),
        "folder.test.yml/inner.yaml": "tests: 1\n",
        "query.test": "load 5m\n",
        "test_reads.py": """
from pathlib import Path

import pytest
import yaml

FILES = sorted(path for path in Path(__file__).parent.rglob("*.y*ml") if path.is_file())

@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_reads(path):
    assert list(yaml.safe_load_all(path.read_text("utf-8")))
""",
    },
    {"passed": 8, "failed": 6},
)

COLLECTOR = Project(
    {
        "conftest.py": '''
import pytest
import yaml

def pytest_collect_file(parent, file_path):
    if file_path.suffix in (".yml", ".yaml") and file_path.name.startswith("test"):
        return YamlFile.from_parent(parent, path=file_path)

class YamlFile(pytest.File):
    def collect(self):
        for each in yaml.safe_load(self.path.read_text("utf-8"))["tests"]:
            yield YamlItem.from_parent(self, name=each["name"], spec=each)

class YamlItem(pytest.Item):
    def __init__(self, *, spec, **kwargs):
        super().__init__(**kwargs)
        self.spec = spec

    def runtest(self):
        if self.spec["given"] != self.spec["expected"]:
            raise YamlException(self.spec)

    def repr_failure(self, excinfo):
        return f"usecase failed: {excinfo.value.args[0]}"

    def reportinfo(self):
        return self.path, 0, f"usecase: {self.name}"

class YamlException(Exception):
    """What a usecase raises."""
''',
        "test_sums.yml": "tests: [{name: one, given: 1, expected: 1}, {name: two, given: 2, expected: 3}]\n",
        "cases/test_more.yaml": "tests:\n- {name: alert_rule_test, given: a, expected: a}\n",
        "test_python.py": "def test_no_arrays():\n    import sys\n    assert 'numpy' not in sys.modules\n",
    },
    {"passed": 3, "failed": 1},
    ("-p", "no:randomly", "--verbose"),
)

STRICT = Project(
    {
        "pytest.ini": """
[pytest]
addopts = --strict-markers --strict-config --import-mode=importlib --doctest-modules -p no:cacheprovider
filterwarnings = error
markers = slow: takes long
xfail_strict = true
python_files = check_*.py
""",
        "check_strictly.py": '''
import random
import warnings

import pytest

def doubled(x):
    """
    >>> doubled(2)
    4
    >>> doubled("a")
    'aaa'
    """
    return x * 2

@pytest.mark.slow
def test_warns():
    warnings.warn("old", DeprecationWarning)

@pytest.mark.xfail
def test_passes_unexpectedly():
    pass

@pytest.mark.xfail(raises=KeyError)
def test_fails_as_expected():
    {}["a"]

def test_draws_as_the_seed_has_it():
    assert random.random() == -1

def test_skips():
    pytest.skip("not here")

def test_warnings_are_recorded(recwarn):
    warnings.warn("once", UserWarning)
    assert [str(each.message) for each in recwarn] == ["once"]

@pytest.fixture
def failing():
    yield
    raise OSError("at the end")

def test_teardown(failing):
    pass
''',
    },
    {"passed": 2, "failed": 4, "skipped": 1, "xfailed": 1, "error": 1},
    ("--numprocesses=1", "--randomly-seed=7"),
)

PROJECTS = {
    "fixtures": FIXTURES,
    "mocks": MOCKS,
    "yaml": YAML,
    "collector": COLLECTOR,
    "strict": STRICT,
}
