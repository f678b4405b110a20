"""The rule files a test file names: paths and patterns relative to it, each of which must exist."""

from __future__ import annotations

import os
from glob import escape, glob, has_magic
from pathlib import Path
from typing import TYPE_CHECKING

from ledgerscope.promql.text.close_match import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    import yaml

    from ledgerscope.promql.yaml.nodes import Reader


def resolve(reader: Reader, base: Path, patterns: Sequence[yaml.Node]) -> tuple[Path, ...]:
    """The files in the order of the patterns, each once. A pattern that matches nothing is a fault."""
    found: dict[Path, None] = {}
    for node in patterns:
        pattern = reader.text(node, "rule_files")
        usable = pattern and "\0" not in pattern
        whole = os.path.join(escape(str(base)), pattern)  # noqa: PTH118 - text, in which the base is no pattern
        matches = sorted(glob(whole)) if usable else []  # noqa: PTH207 - `..` and absolute paths
        if not matches:
            reader.fault(node, f"no rule file matches {pattern!r}", suggestion(base, pattern))
        found |= dict.fromkeys(plain(Path(match)) for match in matches)
    return tuple(found)


def plain(path: Path) -> Path:
    """The path without `..`, so that one rule file has one name however it is reached."""
    shorter = Path(os.path.normpath(path))
    return shorter if ".." in path.parts and shorter.exists() and shorter.samefile(path) else path


def suggestion(base: Path, pattern: str) -> str:
    """The nearest name in the folder the pattern points to."""
    if not pattern or "\0" in pattern or has_magic(pattern):
        return "the pattern is taken relative to the test file"
    folder = (base / pattern).parent
    if not folder.is_dir():
        return f"there is no folder {folder.name!r} beside the test file"
    names = [each.name for each in folder.iterdir() if each.is_file()]
    return did_you_mean(Path(pattern).name, names) or "the path is taken relative to the test file"
