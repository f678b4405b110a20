"""Options that name files: refused before any test runs where they can lead to nothing.

Loaded at the start of every pytest run, so it imports nothing of the engine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

_WRITTEN = {
    "--promql-cov-json": "promql_cov_json",
    "--promql-cov-html": "promql_cov_html",
    "--promql-mutate-json": "promql_mutate_json",
}


def check(config: pytest.Config) -> None:
    """Raise UsageError for a file in a folder that is not there, or a pattern that matches no file."""
    for option, name in _WRITTEN.items():
        given = getattr(config.option, name)
        if given and not (folder := (config.invocation_params.dir / given).parent).is_dir():
            raise pytest.UsageError(f"{option} {given}: there is no folder {folder}")
    for pattern in config.option.promql_cov_rules or ():
        if not _matches(config.rootpath, pattern):
            raise pytest.UsageError(
                f"--promql-cov-rules {pattern!r} matches no file below {config.rootpath}; "
                "write a pattern relative to it, such as 'rules/**'"
            )


def _matches(root: Path, pattern: str) -> bool:
    from ledgerscope.promql.testing.coverage_files import below  # noqa: PLC0415 - only with the option

    try:
        return any(root.glob(below(pattern)))
    except (ValueError, NotImplementedError):  # empty, or absolute
        return False
