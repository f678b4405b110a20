"""Recording and alert rules built from catalogue objects, and their rendering."""
