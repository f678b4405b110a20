"""The log: what the library says about its operations, how it is masked, and where a process lets it go."""

from __future__ import annotations

from ledgerscope.logs.configuration import LogTo, configured, open_log
from ledgerscope.logs.correlation import correlated, correlation_id, in_this_context
from ledgerscope.logs.logger import get_logger
from ledgerscope.logs.masking import MASKED, mask, mask_text

__all__ = [
    "MASKED",
    "LogTo",
    "configured",
    "correlated",
    "correlation_id",
    "get_logger",
    "in_this_context",
    "mask",
    "mask_text",
    "open_log",
]
