"""What makes a passing case doubtful: it names no alert there is, or holds in one order of groups only.

Warnings, no failures: promtool's verdict stays. Where warnings are errors, they fail the case.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import pytest

from ledgerscope.promql.syntax.dialect import DELAYED_NAME_REMOVAL
from ledgerscope.promql.testing.flags import depends_on_name_removal
from ledgerscope.promql.testing.group_order import decided_by_order, describe
from ledgerscope.promql.testing.outcome import AlertOutcome, ExprOutcome, RulesOutcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledgerscope.promql.testing.outcome import Outcome
    from ledgerscope.promql.testing.runner import GroupRun
    from ledgerscope.promql.yaml.nodes import Where


class RuleTestWarning(pytest.PytestWarning):
    """A case that passes for a reason its author may not have meant."""


class GroupOrderWarning(RuleTestWarning):
    """A verdict that holds in the order of the files only."""


class FileWarning(RuleTestWarning):
    """Something in a file that is hardly meant."""


class PromQLWarning(RuleTestWarning):
    """What PromQL warns of where it evaluates a rule or an expression."""


class PromQLInfo(RuleTestWarning):
    """What PromQL remarks on where it evaluates a rule or an expression."""


class FeatureWarning(RuleTestWarning):
    """A verdict that holds only with a feature flag of Prometheus."""


class UnknownAlertWarning(RuleTestWarning):
    """An alert that is not expected to fire, and could not: no rule defines it."""


def warn_at(place: Where, warning: RuleTestWarning) -> None:
    """Warn with the place that it is about.

    Every item with the doubt warns, so that it does not depend on the order of items which of them fails
    where warnings are errors; pytest shows warnings of one text and place as one.
    """
    warnings.warn_explicit(warning, None, place.file, place.line)


def remarks(run: GroupRun, outcome: Outcome) -> Iterator[tuple[Where, RuleTestWarning]]:
    """PromQL's warnings and infos about the rules of a group and about a case, with their places."""
    texts = [(each.placed.where, str(each)) for each in run.evaluation.annotations]
    if isinstance(outcome, ExprOutcome):
        where = outcome.case.where
        texts += [(where, f"{where}: {text}") for text in outcome.annotations]
    for where, text in texts:
        yield where, (PromQLInfo if "PromQL info: " in text else PromQLWarning)(text)


def doubts(run: GroupRun, outcome: Outcome) -> Iterator[RuleTestWarning]:
    """The warnings about a case that passed."""
    if isinstance(outcome, RulesOutcome):
        return
    if isinstance(outcome, AlertOutcome) and outcome.unknown:
        yield UnknownAlertWarning(f"{outcome.unknown}, so it can never fire")
    readings = decided_by_order(run, outcome.case, outcome)
    if readings:
        yield GroupOrderWarning(
            f"passes only in the order of the files: {describe(readings[0])};"
            " write group_eval_order to set the order"
        )
    if DELAYED_NAME_REMOVAL in run.options.dialect.features:
        dependence = depends_on_name_removal(run, outcome.case, outcome)
        if dependence:
            yield FeatureWarning(dependence)
