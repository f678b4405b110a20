"""Files of customers, read row by row in constant memory: CSV, JSON and XLSX."""

from __future__ import annotations

from ledgerscope.customers.transfers.files.open_file import OpenFile, open_file
from ledgerscope.customers.transfers.files.row import FileRow

__all__ = ["FileRow", "OpenFile", "open_file"]
