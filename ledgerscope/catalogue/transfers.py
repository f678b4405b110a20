"""Imports and exports of customers: how they end, how long imports take, and how large exports are."""

from __future__ import annotations

from ledgerscope.catalogue.labels import COMPANY
from ledgerscope.catalogue.metric import Kind, Label, Metric, Unit
from ledgerscope.catalogue.owners import SALES_OPERATIONS
from ledgerscope.domain.values import (
    EXPORT_FILTERS,
    EXPORT_FORMATS,
    IMPORT_FAILURES,
    IMPORT_FORMATS,
    IMPORT_OUTCOMES,
    OUTCOMES,
    RECORD_OUTCOMES,
    ROW_CLASSES,
)

__all__ = [
    "EXPORTED",
    "FILE_SIZE",
    "IMPORTED",
    "IMPORT_DURATION",
    "IMPORT_FAILED",
    "METRICS",
    "RECORDS",
]

_IMPORTED = Label(name="format", help="Format of the file.", values=IMPORT_FORMATS)
_EXPORTED = Label(name="format", help="Format of the file.", values=EXPORT_FORMATS)

IMPORTED = Metric(
    name="customer_import_processed_total",
    kind=Kind.COUNTER,
    help="Imports of customers that ended, one per file; imports that were interrupted are left out.",
    unit=Unit.COUNT,
    labels=(
        COMPANY,
        _IMPORTED,
        Label(
            name="status",
            help="How it ended: success takes in every row, partial some of them, failure none.",
            values=IMPORT_OUTCOMES,
        ),
    ),
    owner=SALES_OPERATIONS,
)
IMPORT_FAILED = Metric(
    name="customer_import_failed_total",
    kind=Kind.COUNTER,
    help="Imports of which nothing was taken in, by the reason.",
    unit=Unit.COUNT,
    labels=(COMPANY, _IMPORTED, Label(name="reason", help="Why nothing came in.", values=IMPORT_FAILURES)),
    owner=SALES_OPERATIONS,
)
RECORDS = Metric(
    name="customer_import_records_total",
    kind=Kind.COUNTER,
    help="Rows of the imports that ended, by what became of them.",
    unit=Unit.COUNT,
    labels=(COMPANY, Label(name="outcome", help="What became of the row.", values=RECORD_OUTCOMES)),
    owner=SALES_OPERATIONS,
)
IMPORT_DURATION = Metric(
    name="customer_import_processing_duration_seconds",
    kind=Kind.HISTOGRAM,
    help="Time from the beginning of an import to its end, whatever the end; interruptions are part of it.",
    unit=Unit.SECONDS,
    labels=(
        COMPANY,
        _IMPORTED,
        Label(name="size_class", help="How many rows the file has.", values=ROW_CLASSES),
    ),
    buckets=(0.1, 0.5, 1.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 900.0),
    owner=SALES_OPERATIONS,
)
EXPORTED = Metric(
    name="customer_export_generated_total",
    kind=Kind.COUNTER,
    help="Exports of customers that were asked for, those that failed included.",
    unit=Unit.COUNT,
    labels=(
        COMPANY,
        _EXPORTED,
        Label(name="filter_type", help="What the customers were chosen by.", values=EXPORT_FILTERS),
        Label(name="outcome", help="How it ended.", values=OUTCOMES),
    ),
    owner=SALES_OPERATIONS,
)
FILE_SIZE = Metric(
    name="customer_export_file_size_bytes",
    kind=Kind.HISTOGRAM,
    help="Size of the files of exports; exports that failed are left out.",
    unit=Unit.BYTES,
    labels=(COMPANY, _EXPORTED),
    buckets=(1e3, 1e4, 1e5, 1e6, 5e6, 1e7, 5e7, 1e8, 5e8, 1e9),
    owner=SALES_OPERATIONS,
)

METRICS = (IMPORTED, IMPORT_FAILED, RECORDS, IMPORT_DURATION, EXPORTED, FILE_SIZE)
