"""Who may do what: permissions, the roles that have them, and the tokens that say who asks."""

from __future__ import annotations

from ledgerscope.customers.access.issuers import InvalidIssuer, Issuer
from ledgerscope.customers.access.permissions import ROLES, Permission
from ledgerscope.customers.access.principal import Principal
from ledgerscope.customers.access.tokens import TokenReader

__all__ = ["ROLES", "InvalidIssuer", "Issuer", "Permission", "Principal", "TokenReader"]
