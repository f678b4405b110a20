"""Collectors: one business area per file, set-based SQL in, catalogue readings out."""
