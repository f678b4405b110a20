"""The exporter process: scheduler, immutable snapshots, HTTP, settings and self-metrics."""
