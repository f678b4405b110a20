"""The functions of PromQL, one module per family, one row each in `table`."""
