"""Ledgerscope: trustworthy business metrics for Prometheus, with their rules, boards and routes."""

from __future__ import annotations

__all__ = ["__version__"]

__version__ = "0.1.0"
