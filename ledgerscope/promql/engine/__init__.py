"""Evaluates expressions, each once over the whole time axis."""
