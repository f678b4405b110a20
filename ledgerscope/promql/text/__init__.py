"""Quoting, numbers and durations: how Prometheus writes and reads single values."""
