"""Ways in which a statement reaches a customer: handed back, as a file in a folder, by e-mail."""

from __future__ import annotations

from ledgerscope.customers.statements.delivery.delivery import Delivery, Download, Letter
from ledgerscope.customers.statements.delivery.email import Email, MailServer
from ledgerscope.customers.statements.delivery.folder import Folder

__all__ = ["Delivery", "Download", "Email", "Folder", "Letter", "MailServer"]
