"""Go's text/template, as far as Prometheus's alert labels and annotations use it."""
