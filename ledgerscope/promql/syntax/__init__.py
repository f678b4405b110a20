"""PromQL as text and as a tree: lexer, parser, type checks, printer, what a tree shows without data."""
