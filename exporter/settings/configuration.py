"""From file and environment to settings, or to the list of everything that is wrong with them.

Defaults, then the file, then the environment, with the secrets that they keep in files, then the options of
the command line; then values are compared with each other.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, get_args

from pydantic import BaseModel, ValidationError

from exporter.errors import InvalidSettings
from exporter.settings.issuers import UnusableIssuer, issuer_of
from exporter.settings.model import ExporterSettings, mapped_model
from exporter.settings.sources import Problem, Source, from_environment, from_file, from_options
from ledgerscope.store.engine import parse_url
from ledgerscope.store.errors import Unreachable
from ledgerscope.text.close_match import close_match
from ledgerscope.text.durations import format_duration

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pydantic_core import ErrorDetails

    Explain = Callable[[tuple[str, ...], ErrorDetails], tuple[str, str]]

__all__ = ["load", "place_of", "require"]

_NO_OPTIONS: Mapping[str, object] = {}
_SECRETS = ("url", "password")
"""Settings that are never repeated in a message, and may be read from a file instead."""
_WITH_SECRETS = ("database", "api")


def load(
    file: Path | None, environment: Mapping[str, str], options: Mapping[str, object] = _NO_OPTIONS
) -> tuple[ExporterSettings | None, tuple[Problem, ...]]:
    """The settings, or None and what is wrong with them."""
    source = _merged(file, environment, options)
    try:
        settings = ExporterSettings.model_validate(source.tree)
    except ValidationError as error:
        problems = [_problem(source, details) for details in error.errors()]
        return None, (*source.problems, *problems)
    problems = [*source.problems, *(found for check in _CHECKS for found in check(settings, source))]
    return (None if problems else settings), tuple(problems)


def require(
    file: Path | None, environment: Mapping[str, str], options: Mapping[str, object] = _NO_OPTIONS
) -> ExporterSettings:
    """The settings; raises InvalidSettings with every problem."""
    settings, problems = load(file, environment, options)
    if settings is None:
        raise InvalidSettings(problems)
    return settings


def place_of(
    path: tuple[str, ...],
    file: Path | None,
    environment: Mapping[str, str],
    options: Mapping[str, object] = _NO_OPTIONS,
) -> str:
    """Where the value in force of one setting is from."""
    return _merged(file, environment, options).place(path)


def _merged(file: Path | None, environment: Mapping[str, str], options: Mapping[str, object]) -> Source:
    source = from_file(file) if file else Source()
    source.overlay(from_environment(environment))
    _read_secrets(source)
    source.overlay(from_options(options))
    return source


def _read_secrets(source: Source) -> None:
    for group in _WITH_SECRETS:
        given = source.tree.get(group)
        if isinstance(given, dict):
            _read_secrets_of(group, given, source)


def _read_secrets_of(group: str, given: dict[str, object], source: Source) -> None:
    for name in _SECRETS:
        file, path = given.get(f"{name}_file"), (group, f"{name}_file")
        if not isinstance(file, str):
            continue
        try:
            # the file wins over the value: whoever mounts a secret means it
            given[name] = Path(file).read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            source.problems.append(
                Problem(
                    source.place(path),
                    ".".join(path),
                    f"cannot read {file}: {reason}",
                    "name a file that exists and may be read",
                )
            )
        else:
            source.places[group, name] = file


def _problem(source: Source, details: ErrorDetails) -> Problem:
    path = tuple(str(part) for part in details["loc"] if part != "[key]")
    explain = _EXPLANATIONS.get(details["type"], _as_reported)
    wrong, right = explain(path, details)
    place = source.key(path) if explain is _unknown else source.place(path)
    return Problem(place, ".".join(path), wrong, right)


def _unknown(path: tuple[str, ...], _details: ErrorDetails) -> tuple[str, str]:
    known = _settings_in(path[:-1])
    close = close_match(path[-1], known)
    right = f"did you mean {close}?" if close else f"there are {', '.join(known)}"
    return "there is no such setting", right


def _not_listed(path: tuple[str, ...], details: ErrorDetails) -> tuple[str, str]:
    if path[:-1] == ("collectors",):
        return _unknown(path, details)
    return f"{_input(path, details)} is not allowed", f"it is one of {details['ctx']['expected']}"


def _out_of_range(path: tuple[str, ...], details: ErrorDetails) -> tuple[str, str]:
    (relation, bound), *_ = details["ctx"].items()
    return f"{_input(path, details)} is out of range", f"it must be {_RELATIONS[relation]} {bound}"


def _wrong_type(expected: str, example: str) -> Explain:
    def explain(path: tuple[str, ...], details: ErrorDetails) -> tuple[str, str]:
        return f"{_input(path, details)} is not {expected}", f"write {example}"

    return explain


def _wrong_value(path: tuple[str, ...], details: ErrorDetails) -> tuple[str, str]:
    return f"{_input(path, details)} is not valid", str(details["ctx"]["error"])


def _as_reported(_path: tuple[str, ...], details: ErrorDetails) -> tuple[str, str]:
    return details["msg"], "see the reference of settings"


def _input(path: tuple[str, ...], details: ErrorDetails) -> str:
    return "this" if path[-1] in _SECRETS else repr(details["input"])


_RELATIONS = {"ge": "at least", "le": "at most"}
_WHOLE_NUMBER = _wrong_type("a whole number", "one like 9108")
_SWITCH = _wrong_type("a switch", "true or false")
_GROUP = _wrong_type("a group of settings", "`name: value` on lines of their own below it")
_EXPLANATIONS: Mapping[str, Explain] = {
    "extra_forbidden": _unknown,
    "literal_error": _not_listed,
    "greater_than_equal": _out_of_range,
    "less_than_equal": _out_of_range,
    "int_type": _WHOLE_NUMBER,
    "int_parsing": _WHOLE_NUMBER,
    "int_from_float": _WHOLE_NUMBER,
    "bool_type": _SWITCH,
    "bool_parsing": _SWITCH,
    "string_type": _wrong_type("a text", "it in quotes"),
    "dict_type": _GROUP,
    "model_type": _GROUP,
    "tuple_type": _wrong_type("a list", "one like [a, b]"),
    "value_error": _wrong_value,
}
"""What pydantic found to what is wrong and what would be right."""


def _settings_in(path: tuple[str, ...]) -> list[str]:
    model: type[BaseModel] = ExporterSettings
    parts = iter(path)
    for part in parts:
        if model is ExporterSettings and part == "collectors" and len(path) == 1:
            return list(_collector_names())
        if (mapped := mapped_model(model.model_fields[part])) is not None:
            model = mapped
            next(parts, None)  # the name of an entry
            continue
        inner = model.model_fields[part].annotation
        model = inner if isinstance(inner, type) and issubclass(inner, BaseModel) else model
    return [field.alias or name for name, field in model.model_fields.items()]


def _collector_names() -> tuple[str, ...]:
    names, _ = get_args(ExporterSettings.model_fields["collectors"].annotation)
    return get_args(names)


def _ages_ascend(settings: ExporterSettings, source: Source) -> Iterator[Problem]:
    for name, own in settings.collectors.items():
        policy = settings.policy(name)
        for setting, value, least, of in (
            ("interval", policy.interval, settings.jitter, "jitter"),
            ("stale_after", policy.stale_after, policy.interval, "interval"),
            ("expire_after", policy.expire_after, policy.stale_after, "stale_after"),
        ):
            if value <= least and getattr(own, setting) is not None:
                path = ("collectors", name, setting)
                yield Problem(
                    source.place(path),
                    ".".join(path),
                    f"{format_duration(value)} is too short",
                    f"it must be more than {of}, which is {format_duration(least)}",
                )


def _urls_are_legal(settings: ExporterSettings, source: Source) -> Iterator[Problem]:
    for group, url in (("database", settings.database.url), ("api", settings.api.url)):
        try:
            if url is not None:
                parse_url(url.get_secret_value())
        except Unreachable as error:
            wrong, _, right = str(error).partition("; ")
            yield Problem(source.place((group, "url")), f"{group}.url", wrong, right)


def _issuers_are_usable(settings: ExporterSettings, source: Source) -> Iterator[Problem]:
    names: dict[str, str] = {}
    for name, one in settings.api.issuers.items():
        path = ("api", "issuers", name)
        try:
            issuer = issuer_of(name, one)
        except UnusableIssuer as fault:
            setting = path if fault.setting is None else (*path, fault.setting)
            place = source.place(setting if setting in source.places else path)
            yield Problem(place, ".".join(setting), fault.wrong, fault.right)
            continue
        if (other := names.setdefault(issuer.name, name)) != name:
            wrong = f"its issuer {issuer.name!r} is that of {other} already"
            yield Problem(source.place(path), ".".join(path), wrong, "set up each issuer once")


_CHECKS: tuple[Callable[[ExporterSettings, Source], Iterator[Problem]], ...] = (
    _ages_ascend,
    _urls_are_legal,
    _issuers_are_usable,
)
