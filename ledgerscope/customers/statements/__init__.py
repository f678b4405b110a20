"""Statements of account: made from documents, set as PDF or CSV, delivered, and recorded."""

from __future__ import annotations
