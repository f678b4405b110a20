"""Rule files: reading, checking and evaluating recording and alerting rules."""
