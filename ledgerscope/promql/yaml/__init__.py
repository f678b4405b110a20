"""YAML documents that keep line and column of every value, strict about their fields."""
