"""The generator as the build sees it: every file it makes, and everything that is wrong with them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rules.areas import AREAS
from rules.bundle import Bundle
from rules.check import check_rules, vocabulary
from rules.coverage import check_coverage
from rules.errors import Finding
from rules.expressions import check_expression
from rules.links import DEFAULT_LINKS
from rules.promtool import render_rule_tests
from rules.render import render_rules
from rules.runbook import SECTIONS, check_prose, render_runbooks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rules.links import Links

__all__ = ["OWNED", "bundle", "check", "render_all"]

OWNED = ("rules/generated/*", "docs/runbooks/*", "docs/runbooks/*/*", "tests/rules/*.test.yml")

_QUERY = re.compile(r"```promql\n(.*?)```", re.DOTALL)


def render_all(links: Links = DEFAULT_LINKS) -> dict[str, bytes]:
    """Rule files, their tests and the runbooks, by path in the project."""
    return render_rules(links) | render_rule_tests(links) | render_runbooks()


def bundle(links: Links = DEFAULT_LINKS) -> Bundle:
    """What is generated, with the paths that belong to it."""
    return Bundle(render_all(links), OWNED)


def check() -> list[Finding]:
    """Everything that is wrong with rules, their test cases and runbooks.

    Cases are looked at when the rules are right, pages when none is missing.
    """
    return check_rules(AREAS) or [*check_coverage(), *(list(check_prose()) or _check_runbooks())]


def _check_runbooks() -> Iterator[Finding]:
    known = vocabulary()
    for path, content in render_runbooks().items():
        page = content.decode()
        for query in _QUERY.findall(page.partition("## The rule")[0]):
            yield from (Finding(_source(path), message) for message in check_expression(query, known))
        if not path.endswith("README.md"):
            missing = [name for name in SECTIONS if f"\n## {name}\n" not in page]
            yield from (
                Finding(_source(path), f"the section {name} is missing: write it") for name in missing
            )


def _source(page: str) -> str:
    """The file that a person writes, from which the page is made."""
    return page.replace("docs/runbooks", "rules/runbooks", 1)
