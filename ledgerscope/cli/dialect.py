"""The options that say which Prometheus rules are written for, and what rule files have against it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ledgerscope.promql.rules.load import read_rule_file
from ledgerscope.promql.syntax.dialect import FEATURES, GENERATIONS, Dialect, DialectError
from ledgerscope.promql.yaml.nodes import FileError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["dialect_of", "dialect_options", "lint"]


def dialect_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --promql-compat and --promql-features to a command."""
    compat = click.option(
        "--promql-compat",
        type=click.Choice(GENERATIONS),
        default="3",
        show_default=True,
        help="The generation of Prometheus that the rules are for; 2 is 2.42.",
    )
    features = click.option(
        "--promql-features",
        metavar="NAME,...",
        default="",
        help=f"Feature flags that it is started with, all off unless named: {', '.join(FEATURES)}.",
    )
    return compat(features(command))


def dialect_of(compat: str, features: str) -> Dialect:
    """The dialect of the two options; wrong usage where Prometheus has no such flag."""
    try:
        return Dialect.of(compat, [features])
    except DialectError as error:
        raise click.BadParameter(str(error), param_hint="--promql-features") from error


def lint(text: str, file: str, dialect: Dialect) -> tuple[list[str], list[str]]:
    """What keeps this Prometheus from loading a rule file, and what in it is hardly meant: a line each."""
    try:
        warnings = read_rule_file(text, file, dialect=dialect).warnings
    except FileError as error:
        return [*map(str, error.faults)], []
    return [], [*map(str, warnings)]
