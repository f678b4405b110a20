"""When an operator drops metric names: what keeps two results apart until then."""

from __future__ import annotations

import pytest

from ledgerscope.promql.engine.engine import Engine
from ledgerscope.promql.errors import EvaluationError
from ledgerscope.promql.samples.labels import Labels
from ledgerscope.promql.samples.storage import Storage
from ledgerscope.promql.syntax.dialect import DELAYED_NAME_REMOVAL

EXPRESSION = '{job="a", __name__=~"g|h"} != bool on (job) group_left () one'


@pytest.mark.parametrize(
    ("compat", "features", "message"),
    [
        ("2", (), "multiple matches for labels: grouping labels must ensure unique matches"),
        ("3", (), "multiple matches for labels: grouping labels must ensure unique matches"),
        ("3", (DELAYED_NAME_REMOVAL,), "vector cannot contain metrics with the same labelset"),
    ],
)
def test_a_comparison_that_answers_forgets_names_before_or_after_it_looks_for_doubles(
    compat: str, features: tuple[str, ...], message: str
) -> None:
    storage = Storage()
    for name in ("g", "h", "one"):
        storage.append(Labels({"__name__": name, "job": "a"}), [0], [1.0])
    with pytest.raises(EvaluationError, match=message):
        Engine(compat, features=features).instant(storage, EXPRESSION, 0)
