"""Rule files that count for coverage although no test names them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledgerscope.promql.rules.load import load_rules
from ledgerscope.promql.rules.placed import place
from ledgerscope.promql.text.encoding import decoded
from ledgerscope.promql.yaml.nodes import FileError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from ledgerscope.promql.testing.coverage import Coverage
    from ledgerscope.promql.testing.runner import Options

_SUFFIXES = (".yml", ".yaml")
#: A rule file has groups of rules; a file of rule tests, which may lie beside it, has tests.
_WORDS = ("groups", "rules")


def add_files(coverage: Coverage, base: Path, patterns: Iterable[str], options: Options) -> list[str]:
    """Add the rules of all matching files, uncovered unless a test ran them; what cannot be read."""
    unreadable = []
    for path in _files(base, patterns):
        try:
            groups = load_rules(path, dialect=options.dialect, lenient=options.lenient)
        except FileError as error:
            unreadable.append(str(error.faults[0]))
            continue
        for placed in place(groups, dialect=options.dialect):
            coverage.expect(placed)
    return unreadable


def _files(base: Path, patterns: Iterable[str]) -> Iterator[Path]:
    found = {path for pattern in patterns for path in base.glob(below(pattern))}
    for path in sorted(found):
        if path.suffix in _SUFFIXES and path.is_file() and _may_have_rules(path):
            yield path


def below(pattern: str) -> str:
    """A pattern that ends in `**` means every file below."""
    return f"{pattern}/*" if pattern.endswith("**") else pattern


def _may_have_rules(path: Path) -> bool:
    text = decoded(path.read_bytes(), "replace")
    return all(word in text for word in _WORDS) and "alert_rule_test" not in text
