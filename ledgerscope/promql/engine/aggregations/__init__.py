"""Aggregations: sum, quantile, topk and the others, group by group in the order of Go."""
