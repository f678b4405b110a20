"""Aging: what customers owe, and how late it is."""

from __future__ import annotations

from dashboards.model import Board, Query, Row, Variable
from dashboards.palette import BUCKETS, INVOICE_BUCKETS
from dashboards.panels import bars, lines, parts, stat
from dashboards.query import amounts, chosen, counts, now, per_hour
from ledgerscope.catalogue import Unit, aging
from ledgerscope.catalogue.labels import COMPANY
from rules import aging as rules

__all__ = ["BOARD"]

_BUCKET = aging.OPEN_INVOICES.label("bucket")
_EACH_CURRENCY = Variable("currency", "Currency", chosen(aging.OPEN_AMOUNT), hidden=True)
_TRIGGER = aging.REFRESHED.label("trigger")

BOARD = Board(
    area="aging",
    title="Aging",
    question="How much do customers owe, how late is it, and does it add up?",
    variables=(Variable("company_id", "Company", aging.OPEN_INVOICES), _EACH_CURRENCY),
    rows=(
        Row(
            "How much, how late",
            (
                stat(
                    "Receivable",
                    Query(now(aging.RECEIVABLE), "{{company_id}} {{currency}}"),
                    about="Balance of the ledger: invoices less payments, credit notes and write-offs.",
                    unit=Unit.CURRENCY,
                    width=6,
                ),
                stat(
                    "Overdue",
                    Query(str(chosen(rules.OVERDUE)), "{{company_id}} {{currency}}"),
                    about="Open amount of instalments past their due date.",
                    unit=Unit.CURRENCY,
                    width=6,
                ),
                stat(
                    "Overdue by more than 30 days",
                    Query(str(chosen(rules.OVERDUE_30)), "{{company_id}} {{currency}}"),
                    about="Amounts this late are often paid only in part.",
                    unit=Unit.CURRENCY,
                    width=6,
                ),
                stat(
                    "Overdue invoices",
                    Query(str(chosen(rules.OVERDUE_INVOICES)), "{{company_id}}"),
                    about="Invoices with an instalment past its due date.",
                    unit=Unit.COUNT,
                    width=6,
                ),
            ),
        ),
        Row(
            "Amounts",
            (
                parts(
                    "Open amount by days overdue",
                    *amounts(aging.OPEN_AMOUNT, aging.OPEN_AMOUNT.label("bucket"), BUCKETS),
                    about="All buckets together are the receivable; unallocated money is negative.",
                    repeat=_EACH_CURRENCY,
                ),
                lines(
                    "More than 30 days overdue",
                    Query(str(chosen(rules.OVERDUE_30_SHARE)), "{{company_id}} {{currency}}"),
                    about="Share of the open amount, before unallocated money.",
                    unit=Unit.RATIO,
                    draws=(rules.CRITICALLY_OVERDUE,),
                ),
                lines(
                    "Open amount",
                    Query(str(chosen(rules.OPEN)), "{{company_id}} {{currency}}"),
                    about="All instalments that are not settled, before unallocated money.",
                    unit=Unit.CURRENCY,
                ),
            ),
        ),
        Row(
            "Invoices",
            (
                lines(
                    "Overdue share of invoices",
                    Query(str(chosen(rules.OVERDUE_SHARE)), "{{company_id}}"),
                    about="Share of the open invoices that are past a due date.",
                    unit=Unit.RATIO,
                    draws=(rules.MANY_OVERDUE,),
                    width=8,
                ),
                lines(
                    "Overdue invoices by age",
                    Query(str(chosen(rules.OVERDUE_INVOICES)), "{{company_id}} overdue"),
                    Query(str(chosen(rules.OVERDUE_30_INVOICES)), "{{company_id}} 31+ days"),
                    Query(str(chosen(rules.INVOICES)), "{{company_id}} open"),
                    about="Overdue invoices, and those overdue by more than 30 days.",
                    unit=Unit.COUNT,
                    width=8,
                ),
                bars(
                    "Open invoices by days overdue, now",
                    *counts(aging.OPEN_INVOICES, _BUCKET, INVOICE_BUCKETS),
                    about="An invoice is in the bucket of its oldest open instalment.",
                    unit=Unit.COUNT,
                    width=8,
                ),
            ),
        ),
        Row(
            "Can it be trusted",
            (
                lines(
                    "Aging against ledger",
                    Query(str(chosen(rules.UNEXPLAINED)), "{{company_id}} {{currency}}"),
                    about="Difference between the buckets and the ledger; should be zero.",
                    unit=Unit.CURRENCY,
                    draws=(rules.RECEIVABLE_GAP,),
                    decimals=3,
                ),
                lines(
                    "Snapshots per hour",
                    Query(per_hour(aging.REFRESHED, COMPANY, _TRIGGER), "{{company_id}} {{trigger}}"),
                    about="Aging snapshots made, by schedule or on demand.",
                    unit=Unit.COUNT,
                ),
            ),
        ),
    ),
)
