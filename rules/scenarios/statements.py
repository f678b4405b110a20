"""Cases of the statement rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from ledgerscope.catalogue import statements
from rules import statements as rules
from rules.model import Severity
from rules.scenarios.model import AlertCase, Given, RecordingCase, given

__all__ = ["ALERTS", "RECORDINGS"]

_ACME = {"company_id": "acme"}
_MAIL = _ACME | {"format": "pdf", "delivery_method": "email"}
_CSV = _ACME | {"format": "csv", "period_months": "1"}
_HOUR = timedelta(hours=1)


def _asked(failed: int, delivered: int) -> tuple[Given, ...]:
    """Statements that all end in the sixtieth minute."""
    return (
        given(statements.GENERATED, f"0x59 {delivered}x200", **_MAIL, outcome="success"),
        given(statements.GENERATED, f"0x59 {failed}x200", **_MAIL, outcome="failure"),
        given(statements.FAILED, f"0x59 {failed}x200", **_MAIL, reason_class="delivery"),
    )


def _durations(bound: str, count: int, minute: int = 59, months: str = "1") -> Given:
    labels = _CSV | {"period_months": months}
    return given(statements.DURATION, f"0x{minute} {count}x200", **labels, le=bound)


ALERTS = (
    AlertCase(
        alert=rules.FAILING,
        labels=_ACME,
        after=_HOUR,
        beyond=_asked(failed=2, delivered=8),
        says={
            Severity.WARNING: (
                "20% of the statements that company acme asked for within an hour failed (limit 5 %)."
            )
        },
        within=_asked(failed=1, delivered=19),
        few=_asked(failed=4, delivered=5),
    ),
    AlertCase(
        alert=rules.FAILING,
        labels=_ACME,
        after=_HOUR,
        beyond=_asked(failed=10, delivered=180),
        says={
            Severity.WARNING: (
                "5.263% of the statements that company acme asked for within an hour failed (limit 5 %)."
            )
        },
        within=_asked(failed=5, delivered=95),
    ),
)

RECORDINGS = (
    RecordingCase(
        title="failures are counted over all reasons and ways of delivery",
        expr=str(rules.SHARE),
        series=(
            *_asked(failed=1, delivered=2),
            *(
                replace(one, labels={**one.labels, "delivery_method": "download"})
                for one in _asked(failed=1, delivered=0)
            ),
        ),
        at=_HOUR,
        yields=((_ACME, 0.5),),
    ),
    RecordingCase(
        title="one statement that failed is all of them",
        expr=str(rules.SHARE),
        series=_asked(failed=1, delivered=0),
        at=_HOUR,
        yields=((_ACME, 1),),
    ),
    RecordingCase(
        title="failures of more than an hour ago have no share in the statements since then",
        expr=str(rules.SHARE),
        series=(
            given(statements.GENERATED, "0x9 5x200", **_MAIL, outcome="failure"),
            given(statements.FAILED, "0x9 5x200", **_MAIL, reason_class="delivery"),
            given(statements.GENERATED, "0x59 5x200", **_MAIL, outcome="success"),
        ),
        at=timedelta(minutes=75),
        yields=((_ACME, 0),),
    ),
    RecordingCase(
        title="statements of more than an hour ago do not count",
        expr=str(rules.REQUESTED),
        series=(given(statements.GENERATED, "0x9 5x200", **_MAIL, outcome="success"),),
        at=timedelta(minutes=75),
        yields=((_ACME, 0),),
    ),
    RecordingCase(
        title="where none was asked for, no share failed",
        expr=str(rules.SHARE),
        series=_asked(failed=0, delivered=0),
        at=_HOUR,
    ),
    RecordingCase(
        title="the percentile is that of the last hour, over all periods",
        expr=str(rules.DURATION_P95),
        series=(
            *(_durations(bound, 100, 9, "2-3") for bound in ("1.0", "5.0", "+Inf")),
            *(_durations(bound, count) for bound, count in (("1.0", 90), ("5.0", 100), ("+Inf", 100))),
        ),
        at=timedelta(minutes=75),
        yields=((_ACME | {"format": "csv"}, 3.0),),
    ),
    RecordingCase(
        title="the percentile is over all periods, also where it is below a second",
        expr=str(rules.DURATION_P95),
        series=(
            *(_durations(bound, 50) for bound in ("0.5", "1.0", "+Inf")),
            *(
                _durations(bound, count, 59, "2-3")
                for bound, count in (("0.5", 40), ("1.0", 50), ("+Inf", 50))
            ),
        ),
        at=_HOUR,
        yields=((_ACME | {"format": "csv"}, 0.75),),
    ),
    RecordingCase(
        title="the percentile is over the whole hour",
        expr=str(rules.DURATION_P95),
        series=(_durations("1.0", 90, 9), _durations("5.0", 100, 9), _durations("+Inf", 100, 9)),
        at=timedelta(minutes=45),
        yields=((_ACME | {"format": "csv"}, 3.0),),
    ),
    RecordingCase(
        title="where none was delivered, there is no percentile",
        expr=str(rules.DURATION_P95),
        series=(_durations("1.0", 0), _durations("+Inf", 0)),
        at=_HOUR,
    ),
)
