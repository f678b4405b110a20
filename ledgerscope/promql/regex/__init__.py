"""Regular expressions of Go (RE2) as patterns of `re`, with the same matches and the same errors."""
