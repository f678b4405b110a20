"""The catalogue: every metric as a frozen object, the single source of names, labels, units and owners."""
