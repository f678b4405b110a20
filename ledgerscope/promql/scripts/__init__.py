"""Prometheus's `.test` scripts (load, eval, expect, clear): read, run and compared."""
