"""How often one network address may ask: token buckets in this process's memory, and no more of them than a limit."""

import ipaddress
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

_MOST_ADDRESSES: Final = 20_000
_SECONDS_A_MINUTE: Final = 60
_IPV6_SITE_BITS: Final = 64


@dataclass(slots=True)
class _Bucket:
    left: float
    filled_at: float


class RateLimit:
    """So many requests a minute from each address, in bursts of as many."""

    def __init__(self, a_minute: int) -> None:
        self._a_minute = a_minute
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def wait_seconds(self, address: str, at_seconds: float) -> int:
        """0 if the address may ask, which is then counted; or how long it has to wait."""
        a_second = self._a_minute / _SECONDS_A_MINUTE
        bucket = self._buckets.pop(address, None) or _Bucket(self._a_minute, at_seconds)
        grown = max(0.0, at_seconds - bucket.filled_at) * a_second
        bucket.left = min(self._a_minute, bucket.left + grown)
        bucket.filled_at = at_seconds
        self._buckets[address] = bucket
        if len(self._buckets) > _MOST_ADDRESSES:
            self._buckets.popitem(last=False)
        if bucket.left < 1:
            return ceil((1 - bucket.left) / a_second)
        bucket.left -= 1
        return 0


def client_address(peer: str, forwarded_for: Sequence[str], trusted_proxies: int) -> str:
    """Whose request it is: the peer, or with trusted proxies who came to the outermost of them.

    `forwarded_for` are the values of X-Forwarded-For in order. Each trusted proxy appended one address; what stands
    before those was written by the client and is not believed. Addresses of one IPv6 site count as one.
    """
    told = [entry.strip() for value in forwarded_for for entry in value.split(",")]
    found = peer
    if trusted_proxies and len(told) >= trusted_proxies:
        found = told[-trusted_proxies]
    try:
        address = ipaddress.ip_address(found)
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is None:
        return str(ipaddress.ip_network((address, _IPV6_SITE_BITS), strict=False))
    return str(address)
