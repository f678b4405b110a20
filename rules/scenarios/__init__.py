"""What every rule is seen to do: series that make it fire, series that leave it silent, values it records."""
