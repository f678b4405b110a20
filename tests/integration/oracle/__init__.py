"""A second opinion on every business metric, written from docs/definitions.md and from nothing else.

The rows of the tables are read once, with plain SQL; everything is computed from them with dates, whole
numbers and fractions, one function for each figure and one file for each section of the page. Slow and
obvious on purpose.
"""

from __future__ import annotations

from tests.integration.oracle.company import Company
from tests.integration.oracle.comparison import differences
from tests.integration.oracle.figures import METRICS, TABLES, expected, read

__all__ = ["METRICS", "TABLES", "Company", "differences", "expected", "read"]
