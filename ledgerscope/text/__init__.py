"""Text that people write and read: durations, and hints for misspelt names. Pure."""
