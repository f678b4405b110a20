"""What a routing tree is made of: matchers, routes, receivers, inhibitions, times. Frozen values, no YAML.

A route knows how Alertmanager would walk it, so that the checks can say where an alert ends without asking
Alertmanager.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import timedelta

__all__ = ["Condition", "Email", "Inhibition", "Receiver", "Route", "TimeInterval", "Webhook"]


@dataclass(frozen=True, slots=True)
class Condition:
    """One label matcher; its text is what Alertmanager reads. Regular expressions are anchored."""

    label: str
    op: Literal["=", "!=", "=~"]
    value: str

    def __str__(self) -> str:
        return f'{self.label}{self.op}"{self.value}"'

    def holds(self, labels: Mapping[str, str]) -> bool:
        """Whether the labels satisfy it; an absent label counts as the empty string."""
        given = labels.get(self.label, "")
        if self.op == "=~":
            return re.fullmatch(self.value, given) is not None
        return (given == self.value) is (self.op == "=")


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One node of the tree. The first child that matches takes the alert; without one it stays here."""

    receiver: str
    conditions: tuple[Condition, ...] = ()
    group_by: tuple[str, ...] = ()
    group_wait: timedelta | None = None
    group_interval: timedelta | None = None
    repeat_interval: timedelta | None = None
    active_during: tuple[str, ...] = ()
    routes: tuple[Route, ...] = ()

    def taken_by(self, labels: Mapping[str, str]) -> Route | None:
        """The node where an alert with these labels ends; None where this route does not take it."""
        if not all(condition.holds(labels) for condition in self.conditions):
            return None
        ends = (child.taken_by(labels) for child in self.routes)
        return next((end for end in ends if end is not None), self)

    def walk(self) -> Iterator[Route]:
        """The node and everything below it."""
        yield self
        for child in self.routes:
            yield from child.walk()


@dataclass(frozen=True, slots=True, kw_only=True)
class Email:
    """A mailbox. Server and account are stated once for all of them, the password stands in a file."""

    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """An HTTP endpoint; the bearer token stands in a file."""

    url: str
    token_file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """Who is notified, and how."""

    name: str
    emails: tuple[Email, ...] = ()
    webhooks: tuple[Webhook, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Inhibition:
    """While a source fires, targets with the same values of `equal` are not sent."""

    why: str
    source: tuple[Condition, ...]
    target: tuple[Condition, ...]
    equal: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeInterval:
    """Hours of some weekdays in a time zone."""

    name: str
    weekdays: str
    start: str
    end: str
    location: str
