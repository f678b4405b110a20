"""Every setting with its type, default and meaning: as a page, and as a settings file to start from.

Made from the models, so that neither can name a setting that does not exist or leave one out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from types import UnionType
from typing import TYPE_CHECKING, Any, Literal, Union, get_args, get_origin

import yaml
from pydantic import BaseModel, SecretStr

from exporter.settings.model import ExporterSettings, mapped_model
from exporter.settings.sources import OPTIONS, PREFIX
from ledgerscope.text.durations import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic.fields import FieldInfo

__all__ = ["Setting", "as_example", "as_markdown", "settings"]

_NAME = "NAME"
_ENTRIES = {
    ("collectors", _NAME): (
        "What is different for one collector, here for aging; several may be listed.",
        "aging",
    ),
    ("api", "issuers", _NAME): ("An issuer of tokens, here one named main; several may be listed.", "main"),
}
"""What is said above an entry of a mapping in the example, and the name that it has there."""
_HEAD = """\
# Settings of the exporter. A setting that is a comment shows its default, or an example where it has none;
# remove the "# " before it to set it. Environment variables override this file: listen.port is
# LEDGERSCOPE_LISTEN__PORT. Options of the command line override both.
# What is in force:  ledgerscope serve --config ledgerscope.yaml --print-settings
"""
_PAGE = """\
# Settings

The exporter reads its settings from a YAML file (`--config`, or the variable `LEDGERSCOPE_CONFIG`), from
environment variables, and from options of the command line; the later ones override the earlier ones. Start
from [ledgerscope.example.yaml](ledgerscope.example.yaml), which `ledgerscope settings` prints;
`ledgerscope serve --print-settings` shows what is in force.

The environment variable of a setting is `LEDGERSCOPE_` and its name in upper case, with `__` for each dot.
`DATABASE_URL` and `DATABASE_URL_FILE` are short for `database.url` and `database.url_file`. A duration is a
whole number with a unit, for example `250ms`, `15s`, `5m` or `1h30m`. Settings that do not exist are refused.

| setting | type | default | meaning |
| --- | --- | --- | --- |
"""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: where it stands, what may be written, what is in force without it, what it means."""

    path: tuple[str, ...]
    type: str
    default: object
    example: object
    meaning: str

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return PREFIX + "__".join(self.path).upper()

    @property
    def option(self) -> str | None:
        """The option of the command line that sets it, if there is one."""
        return next((option for option, path in OPTIONS.items() if path == self.path), None)


def settings() -> tuple[Setting, ...]:
    """All settings, in the order of the models; NAME stands for the name of an entry."""
    return tuple(_settings(ExporterSettings, ()))


def as_markdown() -> str:
    """The page docs/settings.md."""
    return _PAGE + "".join(
        f"| `{'.'.join(one.path)}` | {one.type} | {_default_cell(one)} | {_meaning_cell(one)} |\n"
        for one in settings()
    )


def as_example() -> str:
    """A settings file in which every setting is a comment that shows its default."""
    lines: list[str] = [_HEAD]
    group: tuple[str, ...] = ()
    for one in settings():
        if one.path[:-1] != group:
            group = one.path[:-1]
            lines += ["", *_group_lines(group)]
        elif not group:
            lines.append("")
        indent = "  " * len(group)
        lines += [f"{indent}# {one.meaning}", f"{indent}# {one.path[-1]}: {_yaml(one.example)}"]
    return "\n".join(lines).replace("\n\n\n", "\n\n") + "\n"


def _settings(model: type[BaseModel], path: tuple[str, ...]) -> Iterator[Setting]:
    for name, field in model.model_fields.items():
        inner = (*path, field.alias or name)
        if (entry := mapped_model(field)) is not None:
            yield from _settings(entry, (*inner, _NAME))
        elif isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _settings(field.annotation, inner)
        else:
            example = (field.examples or [field.default])[0]
            yield Setting(inner, _type(field), field.default, example, field.description or "")


def _type(field: FieldInfo) -> str:
    alternatives = [field.annotation]
    if get_origin(field.annotation) in {Union, UnionType}:
        alternatives = [one for one in get_args(field.annotation) if one is not type(None)]
    (annotation,) = alternatives
    annotation = get_args(annotation)[0] if hasattr(annotation, "__metadata__") else annotation
    if get_origin(annotation) is Literal:
        return " or ".join(f"`{value}`" for value in get_args(annotation))
    if annotation is int:
        return f"whole number{_bounds(field)}"
    return _TYPES[annotation]


_TYPES: dict[Any, str] = {
    bool: "`true` or `false`",
    str: "text",
    SecretStr: "text",
    timedelta: "duration",
    tuple[str, ...]: "list of texts",
}


def _bounds(field: FieldInfo) -> str:
    least = next((one.ge for one in field.metadata if hasattr(one, "ge")), None)
    most = next((one.le for one in field.metadata if hasattr(one, "le")), None)
    return f", {least} to {most}" if most is not None else f", at least {least}"


def _default_cell(setting: Setting) -> str:
    return "" if setting.default in (None, ()) else f"`{_yaml(setting.default)}`"


def _meaning_cell(setting: Setting) -> str:
    return f"{setting.meaning} Option `{setting.option}`." if setting.option else setting.meaning


def _group_lines(group: tuple[str, ...]) -> list[str]:
    if not group:
        return []
    if group in _ENTRIES:
        about, name = _ENTRIES[group]
        *above, inner = group[:-1]
        indent = "  " * len(above)
        return [f"{indent}# {about}", f"{indent}{inner}:", f"{indent}  {name}:"]
    model = ExporterSettings.model_fields[group[0]].annotation
    about = (model.__doc__ or "").splitlines()[0] if model else ""
    return [f"# {about}", f"{group[0]}:"]


def _yaml(value: object) -> str:
    if isinstance(value, timedelta):
        return format_duration(value)
    written: str = yaml.safe_dump([] if value == () else value, default_flow_style=True)
    return written.removesuffix("\n").removesuffix("\n...")
