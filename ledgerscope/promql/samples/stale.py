"""The NaN that marks the end of a series, distinguished from every other NaN by its bits."""

from __future__ import annotations

import struct

STALE_BITS = 0x7FF0000000000002
"""The bits of the stale marker, as Prometheus writes them."""

STALE: float = struct.unpack("<d", struct.pack("<Q", STALE_BITS))[0]
"""The stale marker. It is not equal to itself; compare bits."""
