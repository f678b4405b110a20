"""What mutation testing talks about: one small change of one rule, and what the tests said to it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ledgerscope.promql.errors import Span
    from ledgerscope.promql.rules.model import Rule
    from ledgerscope.promql.syntax.ast import Expr
    from ledgerscope.promql.yaml.nodes import Where


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of an expression: the node that takes the place of another one, and where that stood.

    shows: what a test has to show so that the change is noticed.
    """

    node: Expr
    span: Span
    before: str
    after: str
    shows: str


@dataclass(frozen=True, slots=True, order=True)
class RuleId:
    """A rule, wherever it was loaded from: the place at which it is written, and its name."""

    where: Where
    group: str
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Mutant:
    """A rule with one change. `field` is the field of the rule that was changed.

    before, after: the part that was changed, in short. original, mutated: the whole field.
    """

    rule_id: RuleId
    operator: str
    field: str
    where: Where
    before: str
    after: str
    shows: str
    original: str
    mutated: str
    rule: Rule

    @property
    def order(self) -> tuple[Where, str, str]:
        """Where it stands in a list of mutants."""
        return self.where, self.operator, self.mutated

    def __str__(self) -> str:
        return (
            f"{self.operator}: `{self.before}` becomes `{self.after}`"
            if self.after
            else (f"{self.operator}: `{self.before}` is dropped")
        )


class Verdict(Enum):
    """What the tests said to a mutant."""

    KILLED = "killed"
    SURVIVED = "survived"
    UNREACHED = "no test reaches the rule"


@dataclass(frozen=True, slots=True)
class Judged:
    """A mutant and its verdict; `by` is the test that failed."""

    mutant: Mutant
    verdict: Verdict
    by: str = ""
