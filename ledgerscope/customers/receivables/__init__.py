"""Receivables: invoices, money received, credit notes and write-offs, and what settles what."""

from __future__ import annotations

from ledgerscope.customers.receivables.credit_notes import IssueCreditNote, issue_credit_note
from ledgerscope.customers.receivables.documents import Documents
from ledgerscope.customers.receivables.invoices import (
    Instalment,
    IssueInvoice,
    VoidInvoice,
    issue_invoice,
    void_invoice,
)
from ledgerscope.customers.receivables.loading import load_documents
from ledgerscope.customers.receivables.payments import (
    ReceivePayment,
    Refund,
    ReversePayment,
    receive_payment,
    refund,
    reverse_payment,
)
from ledgerscope.customers.receivables.settlement import Allocate, allocate
from ledgerscope.customers.receivables.state import Applied, InvoiceState, OpenInstalment, SourceState
from ledgerscope.customers.receivables.write_offs import (
    ReverseWriteOff,
    WriteOffInvoice,
    reverse_write_off,
    write_off_invoice,
)

__all__ = [
    "Allocate",
    "Applied",
    "Documents",
    "Instalment",
    "InvoiceState",
    "IssueCreditNote",
    "IssueInvoice",
    "OpenInstalment",
    "ReceivePayment",
    "Refund",
    "ReversePayment",
    "ReverseWriteOff",
    "SourceState",
    "VoidInvoice",
    "WriteOffInvoice",
    "allocate",
    "issue_credit_note",
    "issue_invoice",
    "load_documents",
    "receive_payment",
    "refund",
    "reverse_payment",
    "reverse_write_off",
    "void_invoice",
    "write_off_invoice",
]
