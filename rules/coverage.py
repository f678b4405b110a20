"""What the test cases of the rules leave out: every limit has to be seen to fire and to stay silent.

A rule that no case makes fire may never fire; a recording that no case and no alert reads is not tested.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledgerscope.catalogue import Part
from rules.areas import AREAS
from rules.errors import Finding
from rules.expressions import series_names
from rules.model import Severity
from rules.scenarios.areas import CASES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rules.model import Alert
    from rules.scenarios.areas import AreaCases
    from rules.scenarios.model import AlertCase

__all__ = ["COVERAGE_CHECKS", "check_coverage"]


def check_coverage(cases: Sequence[AreaCases] = CASES) -> list[Finding]:
    """Alerts and recordings that the cases leave out."""
    found = [finding for one in cases for finding in _alerts(one)]
    return [*found, *_recordings(cases)]


def _alerts(cases: AreaCases) -> Iterator[Finding]:
    where = Part.SCENARIOS.path(cases.area.name)
    for alert in cases.area.alerts:
        own = [case for case in cases.alerts if case.alert == alert]
        checks = COVERAGE_CHECKS if own else (_has_a_case,)
        yield from (Finding(where, message) for check in checks for message in check(alert, own))


def _has_a_case(alert: Alert, _own: Sequence[AlertCase]) -> Iterator[str]:
    yield f"no case tests the alert {alert.name}: add an AlertCase to ALERTS"


def _every_limit_fires(alert: Alert, own: Sequence[AlertCase]) -> Iterator[str]:
    fired = {severity for case in own for severity in case.says}
    for severity in alert.severities:
        if severity not in fired:
            yield f"no case of {alert.name} fires at {severity}: add one that is beyond that limit"


def _it_stays_silent(alert: Alert, own: Sequence[AlertCase]) -> Iterator[str]:
    """The heartbeat fires always."""
    if Severity.NONE not in alert.severities and not any(case.within for case in own):
        yield f"no case of {alert.name} stays silent: state `within`, the series at the limit"


def _the_minimum_volume_holds_back(alert: Alert, own: Sequence[AlertCase]) -> Iterator[str]:
    if alert.given and not any(case.few for case in own):
        yield f"no case of {alert.name} is below its minimum volume: state `few`"


COVERAGE_CHECKS: tuple[Callable[[Alert, Sequence[AlertCase]], Iterator[str]], ...] = (
    _every_limit_fires,
    _it_stays_silent,
    _the_minimum_volume_holds_back,
)


def _recordings(cases: Sequence[AreaCases]) -> Iterator[Finding]:
    """Joined counters are left out here: the cases of each are derived."""
    asked = {name for one in cases for case in one.recordings for name in series_names(case.expr)}
    for area in AREAS:
        texts = [one.expr for one in area.recordings]
        texts += [alert.expr(limit) for alert in area.alerts for limit in alert.limits]
        asked |= {name for text in texts for name in series_names(text)}
    for area in AREAS:
        for one in area.recordings:
            if one.name not in asked and not one.grows:
                where = Part.SCENARIOS.path(area.name)
                yield Finding(where, f"no case tests the recording {one.name}: add a RecordingCase")
