"""What can be set: models with defaults, read from file and environment, with the place of each problem."""
