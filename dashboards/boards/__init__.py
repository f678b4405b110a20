"""The boards: one per area, each in a file named as its area."""
