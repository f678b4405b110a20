"""Customer operations: pure decisions that turn a state and a request into changes."""

from __future__ import annotations

from ledgerscope.customers.decision import Decision, Moment, Refused

__all__ = ["Decision", "Moment", "Refused"]
