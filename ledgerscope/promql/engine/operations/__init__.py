"""Binary operators: arithmetic, comparison, vector matching and set operators."""
