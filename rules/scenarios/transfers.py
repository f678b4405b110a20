"""Cases of the rules of imports and exports."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from ledgerscope.catalogue import transfers
from rules import transfers as rules
from rules.model import Severity
from rules.scenarios.model import AlertCase, Given, RecordingCase, given

__all__ = ["ALERTS", "RECORDINGS"]

_ACME = {"company_id": "acme"}
_CSV = _ACME | {"format": "csv"}
_SMALL = _ACME | {"size_class": "0-99"}
_HOUR = timedelta(hours=1)


def _imports(failed: int, done: int) -> tuple[Given, ...]:
    """Imports that all end in the sixtieth minute."""
    return (
        given(transfers.IMPORTED, f"0x59 {done}x200", **_CSV, status="success"),
        given(transfers.IMPORTED, f"0x59 {failed}x200", **_CSV, status="failure"),
        given(transfers.IMPORT_FAILED, f"0x59 {failed}x200", **_CSV, reason="rows"),
    )


def _durations(bound: str, count: int, minute: int = 59, file_format: str = "csv") -> Given:
    labels = _SMALL | {"format": file_format}
    return given(transfers.IMPORT_DURATION, f"0x{minute} {count}x200", **labels, le=bound)


def _sizes(bound: str, count: int, minute: int = 59) -> Given:
    return given(transfers.FILE_SIZE, f"0x{minute} {count}x200", **_CSV, le=bound)


ALERTS = (
    AlertCase(
        alert=rules.FAILURE_RATE_HIGH,
        labels=_ACME,
        after=_HOUR,
        beyond=_imports(failed=1, done=4),
        says={
            Severity.CRITICAL: (
                "20% of the imports of company acme within an hour took in nothing (limit 10 %)."
            )
        },
        within=_imports(failed=1, done=9),
        few=_imports(failed=3, done=1),
    ),
    AlertCase(
        alert=rules.FAILURE_RATE_HIGH,
        labels=_ACME,
        after=_HOUR,
        beyond=_imports(failed=4, done=34),
        says={
            Severity.CRITICAL: (
                "10.53% of the imports of company acme within an hour took in nothing (limit 10 %)."
            )
        },
        within=_imports(failed=10, done=90),
    ),
)

RECORDINGS = (
    RecordingCase(
        title="failures are counted over all reasons and formats",
        expr=str(rules.SHARE),
        series=(
            *_imports(failed=1, done=2),
            *(replace(one, labels={**one.labels, "format": "json"}) for one in _imports(failed=1, done=0)),
        ),
        at=_HOUR,
        yields=((_ACME, 0.5),),
    ),
    RecordingCase(
        title="one import that failed is all of them",
        expr=str(rules.SHARE),
        series=_imports(failed=1, done=0),
        at=_HOUR,
        yields=((_ACME, 1),),
    ),
    RecordingCase(
        title="an import of which some rows came in did not fail",
        expr=str(rules.SHARE),
        series=(
            *_imports(failed=0, done=1),
            given(transfers.IMPORTED, "0x59 1x200", **_CSV, status="partial"),
        ),
        at=_HOUR,
        yields=((_ACME, 0),),
    ),
    RecordingCase(
        title="failures of more than an hour ago have no share in the imports since then",
        expr=str(rules.SHARE),
        series=(
            given(transfers.IMPORTED, "0x9 5x200", **_CSV, status="failure"),
            given(transfers.IMPORT_FAILED, "0x9 5x200", **_CSV, reason="rows"),
            given(transfers.IMPORTED, "0x59 5x200", **_CSV, status="success"),
        ),
        at=timedelta(minutes=75),
        yields=((_ACME, 0),),
    ),
    RecordingCase(
        title="imports of more than an hour ago do not count",
        expr=str(rules.IMPORTS),
        series=(given(transfers.IMPORTED, "0x9 5x200", **_CSV, status="success"),),
        at=timedelta(minutes=75),
        yields=((_ACME, 0),),
    ),
    RecordingCase(
        title="where none ended, no share failed",
        expr=str(rules.SHARE),
        series=_imports(failed=0, done=0),
        at=_HOUR,
    ),
    RecordingCase(
        title="the percentile is that of the last hour, over all formats",
        expr=str(rules.DURATION_P95),
        series=(
            *(_durations(bound, 100, 9, "json") for bound in ("1.0", "5.0", "+Inf")),
            *(_durations(bound, count) for bound, count in (("1.0", 90), ("5.0", 100), ("+Inf", 100))),
        ),
        at=timedelta(minutes=75),
        yields=((_SMALL, 3.0),),
    ),
    RecordingCase(
        title="the percentile is over all formats, also where it is below a second",
        expr=str(rules.DURATION_P95),
        series=(
            *(_durations(bound, 50) for bound in ("0.5", "1.0", "+Inf")),
            *(
                _durations(bound, count, 59, "json")
                for bound, count in (("0.5", 40), ("1.0", 50), ("+Inf", 50))
            ),
        ),
        at=_HOUR,
        yields=((_SMALL, 0.75),),
    ),
    RecordingCase(
        title="the percentile is over the whole hour",
        expr=str(rules.DURATION_P95),
        series=(_durations("1.0", 90, 9), _durations("5.0", 100, 9), _durations("+Inf", 100, 9)),
        at=timedelta(minutes=45),
        yields=((_SMALL, 3.0),),
    ),
    RecordingCase(
        title="where none ended, there is no percentile",
        expr=str(rules.DURATION_P95),
        series=(_durations("1.0", 0), _durations("+Inf", 0)),
        at=_HOUR,
    ),
    RecordingCase(
        title="the size is that of the last hour",
        expr=str(rules.SIZE_P95),
        series=(_sizes("1000.0", 90), _sizes("10000.0", 100), _sizes("+Inf", 100)),
        at=_HOUR,
        yields=((_CSV, 5500.0),),
    ),
    RecordingCase(
        title="the size is that of the whole hour",
        expr=str(rules.SIZE_P95),
        series=(_sizes("1000.0", 90, 9), _sizes("10000.0", 100, 9), _sizes("+Inf", 100, 9)),
        at=timedelta(minutes=45),
        yields=((_CSV, 5500.0),),
    ),
    RecordingCase(
        title="sizes of more than an hour ago do not count",
        expr=str(rules.SIZE_P95),
        series=(_sizes("1000.0", 90, 9), _sizes("10000.0", 100, 9), _sizes("+Inf", 100, 9)),
        at=timedelta(minutes=75),
    ),
)
