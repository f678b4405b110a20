"""Dashboards: typed panels, one board per file, and their rendering."""
