"""The operations on invoices, payments, credit notes and write-offs."""

from __future__ import annotations

from ledgerscope.customers.receivables.invoices import Instalment
from ledgerscope.customers.receivables.issuing import Finalise, NewInvoice
from ledgerscope.customers.receivables.money import NewCreditNote, NewPayment
from ledgerscope.customers.receivables.operations.credit_notes import (
    AllocatedCredit,
    CreditNotes,
    IssuedCreditNote,
    RefundedCredit,
)
from ledgerscope.customers.receivables.operations.invoices import (
    DraftedInvoice,
    Invoices,
    IssuedInvoice,
    VoidedInvoice,
)
from ledgerscope.customers.receivables.operations.lists import InvoiceLine, InvoicePage, ListInvoices
from ledgerscope.customers.receivables.operations.payments import (
    AllocatedPayment,
    Payments,
    ReceivedPayment,
    RefundedPayment,
    ReversedPayment,
)
from ledgerscope.customers.receivables.operations.sources import ListSources, SourceLine, SourcePage
from ledgerscope.customers.receivables.operations.views import InvoiceView, OpenPart, SourceView
from ledgerscope.customers.receivables.operations.write_offs import (
    RestoredDebt,
    WriteOffs,
    WrittenOff,
)

__all__ = [
    "AllocatedCredit",
    "AllocatedPayment",
    "CreditNotes",
    "DraftedInvoice",
    "Finalise",
    "Instalment",
    "InvoiceLine",
    "InvoicePage",
    "InvoiceView",
    "Invoices",
    "IssuedCreditNote",
    "IssuedInvoice",
    "ListInvoices",
    "ListSources",
    "NewCreditNote",
    "NewInvoice",
    "NewPayment",
    "OpenPart",
    "Payments",
    "ReceivedPayment",
    "RefundedCredit",
    "RefundedPayment",
    "RestoredDebt",
    "ReversedPayment",
    "SourceLine",
    "SourcePage",
    "SourceView",
    "VoidedInvoice",
    "WriteOffs",
    "WrittenOff",
]
