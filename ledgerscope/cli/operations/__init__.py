"""The customer operations on the command line, one file per group of commands."""
