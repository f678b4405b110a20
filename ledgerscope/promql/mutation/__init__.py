"""Mutation testing of rules: changes a rule in many small ways and asks whether any test notices."""
