"""The demo business goes on living: small transactions through the same tables, each with its events."""

from __future__ import annotations

from ledgerscope.demo.simulation.incidents import INCIDENTS, Incident
from ledgerscope.demo.simulation.run import Simulation

__all__ = ["INCIDENTS", "Incident", "Simulation"]
