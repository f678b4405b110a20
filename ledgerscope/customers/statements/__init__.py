"""Statements of account: made from documents, set as PDF or CSV, delivered, and recorded."""

from __future__ import annotations

from ledgerscope.customers.statements.delivery import Delivery, Download, Email, Folder, MailServer
from ledgerscope.customers.statements.file import StatementFile
from ledgerscope.customers.statements.reading import ListStatements, StatementPage, StatementView
from ledgerscope.customers.statements.statement import Period
from ledgerscope.customers.statements.statements import FailedStatement, Statements

__all__ = [
    "Delivery",
    "Download",
    "Email",
    "FailedStatement",
    "Folder",
    "ListStatements",
    "MailServer",
    "Period",
    "StatementFile",
    "StatementPage",
    "StatementView",
    "Statements",
]
