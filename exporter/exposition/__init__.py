"""How readings are written: the Prometheus text formats, gzip, JSON, and the choice between them."""
