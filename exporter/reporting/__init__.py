"""What is said about the current page: scrape bodies, self-metrics, health and the log."""
