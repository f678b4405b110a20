"""Series in memory: labels, time axis, samples, staleness, and the values an expression has."""
