"""Functions whose last digits follow Go; the values are promtool's."""

from __future__ import annotations

import numpy as np
import pytest

from ledgerscope.promql.engine.functions.elementwise import ELEMENTWISE


@pytest.mark.parametrize(
    ("number", "logarithm"),
    [
        (1, 0.0),
        (2, 0.3010299956639812),
        (5, 0.6989700043360187),
        (7, 0.8450980400142568),
        (10, 1.0),
        (100, 2.0),
        (1000, 3.0),
        (1e6, 6.0),
        (0.001, -3.0),
        (12345.678, 4.091514945509201),
        (np.inf, np.inf),
        (0, -np.inf),
        (-1, np.nan),
    ],
)
def test_the_decimal_logarithm_has_the_digits_of_go(number: float, logarithm: float) -> None:
    with np.errstate(all="ignore"):
        found = float(ELEMENTWISE["log10"](np.array([number], dtype=float))[0])
    assert found == logarithm or (np.isnan(found) and np.isnan(logarithm))
