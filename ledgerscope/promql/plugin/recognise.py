"""Which files are rule tests: decided by what is in them, so that files of other tools are left alone.

Runs for every YAML file that pytest meets, so it reads a file as YAML only where the words of rule tests
occur in it.
"""

from __future__ import annotations

import fnmatch
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

SUFFIXES = (".yml", ".yaml")
_OF_OTHERS = (".py", ".pyi", ".txt", ".rst", ".md")
#: Names that promise a rule test; there a file with `rule_files` or `tests` is enough.
_USUAL_NAMES = ("*.test.yml", "*.test.yaml", "*_test.yml", "*_test.yaml", "*.rules-test.yaml")
CASES = frozenset({"alert_rule_test", "promql_expr_test"})
_WORDS = re.compile(rb"alert_rule_test|promql_expr_test|rule_files|input_series")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_TESTS = re.compile(r"""^["']?tests["']?\s*:""", re.MULTILINE)
_LARGEST_BYTES = 20_000_000


def matches(path: Path, patterns: Iterable[str]) -> bool:
    """Whether a path matches one of the patterns; those with a slash are for whole paths."""
    return any(fnmatch.fnmatch(path.name if "/" not in each else path.as_posix(), each) for each in patterns)


def is_rule_test(path: Path, *, of_any_name: bool = False) -> bool:
    """Whether a file holds rule tests, or would if it were no faulty YAML."""
    if path.suffix in _OF_OTHERS or not (of_any_name or path.suffix in SUFFIXES):
        return False
    try:
        data = path.read_bytes() if path.stat().st_size <= _LARGEST_BYTES else b""
    except OSError:
        return False
    if data.startswith(_UTF16):
        data = data.decode("utf-16", "replace").encode()
    if _WORDS.search(data) is None:
        return False
    text = data.decode("utf-8", "replace")
    return _holds_tests(text, usual_name=matches(path, _USUAL_NAMES))


def _holds_tests(text: str, *, usual_name: bool) -> bool:
    import yaml  # noqa: PLC0415 - only for files with the words of rule tests

    from ledgerscope.promql.plugin.first_case import begins_with_a_case  # noqa: PLC0415 - same

    try:
        if begins_with_a_case(text):
            return True
        root = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (yaml.YAMLError, RecursionError, ValueError):
        return _TESTS.search(text) is not None  # a rule test with a mistake, or several documents
    fields = _fields(root)
    if usual_name and ("rule_files" in fields or "tests" in fields):
        return True
    tests = fields.get("tests")
    items = tests.value if isinstance(tests, yaml.SequenceNode) else ()
    return any(not CASES.isdisjoint(_fields(item)) for item in items)


def _fields(node: Any) -> dict[str, Any]:
    """The fields of a mapping node; none of any other."""
    pairs = node.value if getattr(node, "id", "") == "mapping" else ()
    return {key.value: value for key, value in pairs if isinstance(key.value, str)}
