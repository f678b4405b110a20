"""Labels and annotations of alerts: a template with `$labels`, `$value`, `$externalLabels`, `$externalURL`.

A rendering that fails is no error of the rule: the text says what failed, as Prometheus has it.
"""

from __future__ import annotations

import re
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, TypeAlias

from ledgerscope.promql.errors import PromQLError
from ledgerscope.promql.records import dataclass
from ledgerscope.promql.syntax.dialect import PROMETHEUS_3, Dialect
from ledgerscope.promql.template.errors import FunctionError, TemplateError, TemplateSyntaxError
from ledgerscope.promql.template.execute import execute
from ledgerscope.promql.template.functions import functions_at
from ledgerscope.promql.template.language import LANGUAGES, NEWEST, SINCE, Language
from ledgerscope.promql.template.nodes import Branch
from ledgerscope.promql.template.parser import parse_template

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ledgerscope.promql.template.values import AlertData, QueryResult

#: Put in front of every text: the names a rule's author uses.
_DEFINITIONS = (
    "{{$labels := .Labels}}{{$externalLabels := .ExternalLabels}}"
    "{{$externalURL := .ExternalURL}}{{$value := .Value}}"
)

_UNKNOWN_FUNCTION = re.compile(r'function "(\w+)" not defined')

OnTextBranch: TypeAlias = "Callable[[str, int, bool], None]"


@dataclass(frozen=True, slots=True)
class AlertTemplates:
    """The templates of one alert at one instant (milliseconds); `query` runs PromQL there.

    on_branch: called for each branch that is run: the text it is in, its offset, and whether it held.
    """

    alert: str
    at_ms: int
    query: Callable[[str], QueryResult]
    external_url: str = ""
    on_branch: OnTextBranch | None = None
    language: Language = NEWEST

    def expand(self, text: str, data: AlertData) -> str:
        """The rendered text, or Prometheus's note of what went wrong."""
        if "{{" not in text:
            return text
        name = f"__alert_{self.alert}"
        try:
            return self._render(name, text, data)
        except TemplateSyntaxError as error:
            return _failed(f"error parsing template {name}: {error}")
        except TemplateError as error:
            return _failed(f"error executing template {name}: {error}")

    def _render(self, name: str, text: str, data: AlertData) -> str:
        template = parse_template(name, _DEFINITIONS + text, self.language)
        functions = functions_at(self.at_ms, self._query, self.external_url, self.language)
        return execute(
            template,
            functions,
            data,
            self.on_branch and partial(self.on_branch, text),
            ranges_over_integers=self.language.ranges_over_integers,
        )

    def _query(self, expression: str) -> QueryResult:
        try:
            return self.query(expression)
        except PromQLError as error:
            raise FunctionError(str(error)) from error


def _failed(reason: str) -> str:
    return f"<error expanding template: {reason}>"


def branches(alert: str, text: str) -> Iterator[Branch]:
    """Every `if`, `with` and `range` of a text, in the order written; none where it is no template."""
    if "{{" not in text:
        return
    template = parse_template(f"__alert_{alert}", _DEFINITIONS + text, NEWEST)
    pending = [*template.body, *chain.from_iterable(template.defined.values())]
    while pending:
        node = pending.pop(0)
        if isinstance(node, Branch):
            yield node
            pending = [*node.body, *(node.otherwise or ()), *pending]


def check_template(alert: str, text: str, dialect: Dialect = PROMETHEUS_3) -> TemplateSyntaxError | None:
    """What keeps a text from being a template, as Prometheus reports it when it loads the rule."""
    if "{{" not in text:
        return None
    try:
        parse_template(f"__alert_{alert}", _DEFINITIONS + text, LANGUAGES[dialect.generation])
    except TemplateSyntaxError as error:
        return _with_version(error)
    return None


def _with_version(error: TemplateSyntaxError) -> TemplateSyntaxError:
    """The error, with the version that has the function where a later one has it."""
    unknown = _UNKNOWN_FUNCTION.fullmatch(error.message)
    since = SINCE.get(unknown[1]) if unknown else None
    if since is None:
        return error
    message = f"{error.message}; Prometheus has it since {since}"
    return TemplateSyntaxError(error.name, error.line, message)


def is_template(text: str) -> bool:
    """Whether the text can render differently from how it is written."""
    return "{{" in text
