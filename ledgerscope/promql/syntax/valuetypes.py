"""The four types a PromQL expression can have; every signature and every type check speaks in them."""

from __future__ import annotations

from enum import Enum


class ValueType(Enum):
    """What an expression evaluates to. The value is Prometheus's internal name for the type."""

    SCALAR = "scalar"
    VECTOR = "vector"
    MATRIX = "matrix"
    STRING = "string"

    @property
    def documented_name(self) -> str:
        """The word users read in the documentation and in error messages."""
        return _DOCUMENTED[self]


_DOCUMENTED = {
    ValueType.SCALAR: "scalar",
    ValueType.VECTOR: "instant vector",
    ValueType.MATRIX: "range vector",
    ValueType.STRING: "string",
}
