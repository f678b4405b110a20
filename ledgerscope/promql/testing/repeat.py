"""Many series from one line: `repeat('up{instance="host-$n"} 1x10', n=range(100))`."""

from __future__ import annotations

from itertools import product
from string import Template
from typing import TYPE_CHECKING

from ledgerscope.promql.errors import PromQLError

if TYPE_CHECKING:
    from collections.abc import Iterable


class RepeatError(PromQLError):
    """A template line that names something nobody gives, or cannot be filled in."""


def repeat(line: str, **choices: Iterable[object]) -> str:
    """The line once for every combination of choices, `$name` filled in, as text for `load`.

    Raises RepeatError where the line names a choice that is not given.
    """
    template = Template(line)
    names = list(choices)
    combinations = product(*(list(values) for values in choices.values()))
    try:
        lines = [template.substitute(dict(zip(names, each, strict=True))) for each in combinations]
    except KeyError as error:
        raise RepeatError(f"{line!r} names ${error.args[0]}, which is not among {names}") from error
    except ValueError as error:
        raise RepeatError(f"{line!r}: {error}; write $$ for a dollar sign") from error
    return "\n".join(lines)
