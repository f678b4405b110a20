"""What the template language of each generation of Prometheus has: its functions, and those of its Go.

Prometheus 2.42 is built with Go 1.19. Integers can be ranged over since Go 1.22; `else with` came with 1.23.
"""

from __future__ import annotations

from dataclasses import dataclass

from ledgerscope.promql.template.functions import NAMES

SINCE = {"now": "3.6", "toDuration": "3.6", "urlQueryEscape": "3.8"}
"""Functions that Prometheus 2.42 does not have, and since when there are some."""


@dataclass(frozen=True, slots=True)
class Language:
    """The switches, each named for what is asked.

    value_type: what Go declares the value as that templates see; error texts name it.
    shows_what_is_called: the error of `call` shows the value that is no function.
    names_unknown_units: the error of `parseDuration` names a unit that there is not.
    angle_names: a group of a pattern may be named `(?<name>)`, as since Go 1.22.
    """

    functions: frozenset[str]
    value_type: str
    has_else_with: bool
    ranges_over_integers: bool
    shows_what_is_called: bool
    names_unknown_units: bool
    angle_names: bool


LANGUAGES = {
    "2": Language(
        functions=NAMES.difference(SINCE),
        value_type="float64",
        has_else_with=False,
        ranges_over_integers=False,
        shows_what_is_called=False,
        names_unknown_units=False,
        angle_names=False,
    ),
    "3": Language(
        functions=NAMES,
        value_type="interface {}",
        has_else_with=True,
        ranges_over_integers=True,
        shows_what_is_called=True,
        names_unknown_units=True,
        angle_names=True,
    ),
}
NEWEST = LANGUAGES["3"]
