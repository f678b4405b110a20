"""The core customer operations: what the business application calls and the collectors later count."""
