"""Customer operations: pure decisions that turn a state and a request into changes, and what runs them."""

from __future__ import annotations

from ledgerscope.customers.decision import Call, Decision, Fault, Moment, Refused

__all__ = ["Call", "Decision", "Fault", "Moment", "Refused"]
