"""The elementary functions as Go's math package gives them on amd64, whole arrays at a time.

Prometheus prints seventeen digits, and rules compare for equality, so a result one place off in the last
digit is another result. Neither the C library nor NumPy rounds as Go does; the algorithms of Go, most of them
from Cephes and FreeBSD, are written here once more over arrays, operation for operation in Go's order.
"""
