"""Inhibition: while an alert on the cause fires, alerts on its effects are not sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alertmanager.model import Condition, Inhibition
from rules import exporter
from rules.areas import all_alerts
from rules.check import alert_labels, vocabulary
from rules.model import Severity

if TYPE_CHECKING:
    from rules.model import Alert

__all__ = ["inhibitions"]

_TARGET_AREA = Condition("area", "!=", exporter.AREA.name)


def inhibitions() -> tuple[Inhibition, ...]:
    """All inhibitions, the general one first."""
    collectors = (exporter.FAILING, exporter.STALE, exporter.EXPIRED, exporter.SLOW)
    behind = (exporter.FAILING, exporter.STALE, exporter.SLOW)
    return (
        Inhibition(
            why="the same alert fires at a higher severity",
            source=(Condition("severity", "=", Severity.CRITICAL.value),),
            target=(Condition("severity", "=~", f"{Severity.WARNING}|{Severity.INFO}"),),
            equal=("alertname", "team", *_labels_of_graded_alerts()),
        ),
        Inhibition(
            why="without any exporter, every business alert rests on values that have ended",
            source=(_named(exporter.ABSENT),),
            target=(_TARGET_AREA,),
        ),
        Inhibition(
            why="no exporter can be scraped, so each one of them cannot",
            source=(_named(exporter.ABSENT),),
            target=(_named(exporter.DOWN),),
        ),
        Inhibition(
            why="without the database, every business alert rests on old values",
            source=(_named(exporter.DATABASE_DOWN),),
            target=(_TARGET_AREA,),
        ),
        Inhibition(
            why="without the database, every collector fails",
            source=(_named(exporter.DATABASE_DOWN),),
            target=(_named(*collectors),),
        ),
        Inhibition(
            why="a collector whose values are gone has failed or was late before",
            source=(_named(exporter.EXPIRED),),
            target=(_named(*behind),),
            equal=("collector", "instance"),
        ),
    )


def _named(*alerts: Alert) -> Condition:
    if len(alerts) == 1:
        return Condition("alertname", "=", alerts[0].name)
    return Condition("alertname", "=~", "|".join(sorted(alert.name for alert in alerts)))


def _labels_of_graded_alerts() -> tuple[str, ...]:
    """Every label by which two instances of an alert with several severities can differ.

    Leaving one out would let the critical state of one queue hide the warning of another.
    """
    known = vocabulary()
    graded = [alert for alert in all_alerts() if len(alert.limits) > 1]
    return tuple(sorted({label for alert in graded for label in alert_labels(alert, known)}))
