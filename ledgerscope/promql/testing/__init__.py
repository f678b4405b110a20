"""Rule tests: promtool's file format and a Python way of saying the same."""
