"""A deterministic demo business, its live simulation, and real data sets in the same tables."""
