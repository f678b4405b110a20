"""What a template function takes: Go's parameter types, checked before the function is called."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from ledgerscope.promql.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable


class Param(enum.Enum):
    """A parameter's Go type; the value is its name in error texts."""

    STRING = "string"
    ANY = "interface {}"
    VALUE = "reflect.Value"
    QUERY = "template.queryResult"
    SAMPLE = "*template.sample"


#: Parameters that nil can stand for.
NILABLE = frozenset({Param.ANY, Param.VALUE, Param.QUERY, Param.SAMPLE})
#: Parameters that take whatever comes.
OPEN = frozenset({Param.ANY, Param.VALUE})


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the template language; `rest` is the type of any further arguments."""

    call: Callable[..., object]
    params: tuple[Param, ...] = ()
    rest: Param | None = None

    def param(self, index: int) -> Param:
        """The type of the argument at a position."""
        if index < len(self.params):
            return self.params[index]
        return self.rest or Param.ANY

    def arity_fault(self, count: int) -> str | None:
        """What is wrong with that many arguments, in Go's words."""
        if self.rest is not None:
            return None if count >= len(self.params) else f"want at least {len(self.params)} got {count}"
        return None if count == len(self.params) else f"want {len(self.params)} got {count}"
