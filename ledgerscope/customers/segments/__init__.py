"""Segments: the groups that a company puts customers into, and for how long each is in one."""

from __future__ import annotations

from ledgerscope.customers.segments.reading import StayView
from ledgerscope.customers.segments.segments import Membership, Segments
from ledgerscope.customers.segments.stays import Assignment

__all__ = ["Assignment", "Membership", "Segments", "StayView"]
