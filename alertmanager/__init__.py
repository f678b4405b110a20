"""Alertmanager configuration: routes, receivers, inhibition and templates, and their rendering."""
