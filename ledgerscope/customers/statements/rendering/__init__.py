"""Statements as files: CSV for programs, PDF for people."""

from __future__ import annotations

from ledgerscope.customers.statements.rendering.csv import render_csv
from ledgerscope.customers.statements.rendering.fonts import FontFolders
from ledgerscope.customers.statements.rendering.parties import Parties
from ledgerscope.customers.statements.rendering.pdf import render_pdf

__all__ = ["FontFolders", "Parties", "render_csv", "render_pdf"]
