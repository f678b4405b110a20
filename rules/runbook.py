"""Runbook pages: prose of a person, with expressions and numbers put in so that neither drifts.

The prose of an alert is `rules/runbooks/<area>/<alert>.md`; it takes its numbers from
`{{ limit.warning }}` and `{{ minimum }}`. Facts of the rule are added around it. Queries in it are checked
like those of panels.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from jinja2 import Environment, StrictUndefined, TemplateError

from rules.areas import AREAS
from rules.check import vocabulary
from rules.definitions import sections_behind
from rules.errors import Finding
from rules.links import board_uid, panel_id, runbook_path
from rules.model import spoken
from rules.timing import duration

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from importlib.resources.abc import Traversable

    from jinja2 import Template

    from rules.model import Alert, RuleArea

__all__ = ["SECTIONS", "check_prose", "prose_of", "prose_path", "render_runbooks"]

SECTIONS = ("Meaning", "Impact", "Diagnosis", "Mitigation")

_PAGE = """\
# {{ alert.name }}

> {{ alert.summary }}

| severity | begins at | after | team |
| --- | --- | --- | --- |
{% for limit in alert.limits -%}
| {{ limit.severity }} | {{ alert.comparison }} {{ spoken(limit.value, alert.unit) }} \
| {{ duration(limit.hold) }} | {{ alert.owner.title }} |
{% endfor %}
{{ prose }}
## The rule

```promql
{% for limit in alert.limits -%}
# {{ limit.severity }}, for {{ duration(limit.hold) }}
{{ alert.expr(limit) }}
{% endfor -%}
```

{% for limit in alert.limits -%}
{% if limit.change_when -%}
Change the {{ limit.severity }} limit ({{ spoken(limit.value, alert.unit) }}) when {{ limit.change_when }}.
{% else -%}
Do not change the {{ limit.severity }} limit ({{ spoken(limit.value, alert.unit) }}): \
{{ limit.fixed_because }}.
{% endif -%}
{% endfor -%}
{% for what, setting in alert.settings -%}
The alert needs at least {{ setting }} {{ what }}; change that number when {{ setting.change_when }}.
{% endfor %}
The limits are in `rules/limits.py`. The panel *{{ alert.panel }}* of the board `{{ board }}` \
(panel {{ panel }}) shows the signal.
{% if sections %}
What the figures mean: {% for section in sections -%}
[{{ section.title }}](../../definitions.md#{{ section.anchor }}){{ ", " if not loop.last }}
{%- endfor %}.
{% endif %}
"""

_INDEX = """\
# Runbooks

One page for each alert: what it means, what it costs, how to find the cause, what to do.
{% for area in areas if area.alerts %}
## {{ area.name }}

{% for alert in area.alerts -%}
- [{{ alert.name }}]({{ area.name }}/{{ alert.name }}.md): {{ alert.summary }}
{% endfor -%}
{% endfor -%}
"""

_ENVIRONMENT = Environment(
    undefined=StrictUndefined,
    keep_trailing_newline=True,
    autoescape=False,  # noqa: S701 the pages are Markdown, not HTML
)


@cache
def _template(text: str) -> Template:
    """A text as a template; one of them is that of every page."""
    return _ENVIRONMENT.from_string(text)


def render_runbooks(areas: Sequence[RuleArea] = AREAS) -> dict[str, bytes]:
    """Every page by its path in the project, and the index."""
    pages = {
        runbook_path(area.name, alert.name): _page(area, alert) for area in areas for alert in area.alerts
    }
    pages["docs/runbooks/README.md"] = _template(_INDEX).render(areas=areas)
    return {path: text.encode() for path, text in pages.items()}


def check_prose(areas: Sequence[RuleArea] = AREAS) -> Iterator[Finding]:
    """Alerts without a runbook, and runbooks that ask for numbers that the alert does not have."""
    wanted = ", ".join(f"## {section}" for section in SECTIONS)
    for area in areas:
        for alert in area.alerts:
            if not _prose(area, alert).is_file():
                yield Finding(prose_path(area, alert), f"missing; write it, with the sections {wanted}")
            else:
                yield from _unfilled(area, alert)


def _unfilled(area: RuleArea, alert: Alert) -> Iterator[Finding]:
    try:
        _page(area, alert)
    except TemplateError as error:
        limits = ", ".join(f"limit.{severity}" for severity in alert.severities)
        yield Finding(prose_path(area, alert), f"{error}: the numbers of this alert are {limits}")


def prose_path(area: RuleArea, alert: Alert) -> str:
    """Where the prose of a person lies in the project."""
    return f"rules/runbooks/{area.name}/{alert.name}.md"


def prose_of(area: RuleArea, alert: Alert) -> str:
    """What a person wrote about the alert; raises FileNotFoundError where nobody did."""
    return _prose(area, alert).read_text(encoding="utf-8")


def _prose(area: RuleArea, alert: Alert) -> Traversable:
    return files("rules") / "runbooks" / area.name / f"{alert.name}.md"


def _page(area: RuleArea, alert: Alert) -> str:
    prose = _template(prose_of(area, alert)).render(
        limit={limit.severity.value: spoken(limit.value, alert.unit) for limit in alert.limits},
        minimum=alert.settings[0][1] if alert.settings else None,
    )
    page = _template(_PAGE).render(
        alert=alert,
        prose=prose,
        board=board_uid(area.name),
        panel=panel_id(area.name, alert.panel),
        sections=sections_behind(map(alert.expr, alert.limits), AREAS, vocabulary()),
        spoken=spoken,
        duration=duration,
    )
    return re.sub(r"\n{3,}", "\n\n", page).rstrip() + "\n"
