"""What a failed case says."""
