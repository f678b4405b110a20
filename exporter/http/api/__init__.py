"""The HTTP API under `/api`: reads of customers and their analytics, for whoever has a token.

It takes the packages of the extra `operations`, and is imported only where an issuer of tokens is set up.
A request passes in this order: `gate` (counting, limits, token), a route (`analytics`, `customers`),
`service` (threads, deadline, database), and comes back as an answer (`answers`) or a problem (`problems`).
"""
