"""The settings of rule tests: from the command line, or from pytest's configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from ledgerscope.promql.testing.runner import Options

_CHOICES = {
    "promql_compat": ("2", "3"),
    "promql_evaluate": ("asserted", "input"),
    "promql_items": ("case", "group"),
}


def compat(config: pytest.Config) -> str:
    """The generation of Prometheus that is followed."""
    return str(config.option.promql_compat or config.getini("promql_compat"))


def items(config: pytest.Config) -> str:
    """What an item of pytest is: a case or a group."""
    return str(config.option.promql_items or config.getini("promql_items"))


def one_item_per_group(config: pytest.Config) -> bool:
    """Whether the cases of a test group are one item."""
    return items(config) == "group"


def features(config: pytest.Config) -> tuple[str, ...]:
    """The feature flags that are on."""
    return tuple(config.option.promql_features or config.getini("promql_features"))


def script_features(config: pytest.Config) -> tuple[str, ...]:
    """The feature flags for scripts; where none is set, those that Prometheus runs its own scripts with."""
    from ledgerscope.promql.syntax.dialect import SCRIPT_FEATURES  # noqa: PLC0415 - same

    return features(config) or (SCRIPT_FEATURES if compat(config) == "3" else ())


_NAMES = "names with spaces between them"
_KINDS = {
    "promql_rule_tests": _NAMES,
    "promql_scripts": _NAMES,
    "promql_features": _NAMES,
    "promql_compat": "2 or 3",
    "promql_evaluate": "asserted or input",
    "promql_items": "case or group",
    "promql_strict": "true or false",
    "promql_ignore_unknown_fields": "true or false",
    "promql_extensions": "true or false",
}
"""What each setting of the configuration takes."""


def _check_kinds(config: pytest.Config) -> None:
    """Refuse what pytest cannot read as a value of the setting's type."""
    for name, kind in _KINDS.items():
        try:
            config.getini(name)
        except (pytest.UsageError, ValueError, TypeError) as error:  # which one goes by pytest's version
            raise pytest.UsageError(f"{name}: {error}; write {kind}") from error


def check(config: pytest.Config) -> None:
    """Refuse values that no setting has."""
    _check_kinds(config)
    given = {
        "promql_compat": compat(config),
        "promql_evaluate": config.getini("promql_evaluate"),
        "promql_items": items(config),
    }
    for name, choices in _CHOICES.items():
        if given[name] not in choices:
            raise pytest.UsageError(f"{name} is {given[name]!r}; write {' or '.join(choices)}")
    if features(config):
        from ledgerscope.promql.syntax.dialect import Dialect, DialectError  # noqa: PLC0415 - seldom needed

        try:
            Dialect.of(compat(config), features(config))
        except DialectError as error:
            raise pytest.UsageError(f"promql_features: {error}") from error


def options(config: pytest.Config) -> Options:
    """How test files are read and judged."""
    from ledgerscope.promql.testing.runner import Options  # noqa: PLC0415 - NumPy only where needed

    return Options(
        compat(config),
        config.getini("promql_strict"),
        config.getini("promql_ignore_unknown_fields"),
        config.getini("promql_evaluate") == "input",
        features(config),
        config.getini("promql_extensions"),
    )
