"""How often one network address may ask: token buckets in this process's memory, and no more of them than a limit."""

import ipaddress
from collections import OrderedDict
from collections.abc import Sequence
from math import ceil
from typing import Final

from services.notifier.token_bucket import TokenBucket

_MOST_ADDRESSES: Final = 20_000
_SECONDS_A_MINUTE: Final = 60
_IPV6_SITE_BITS: Final = 64


class RateLimit:
    """So many requests a minute from each address, in bursts of as many."""

    def __init__(self, a_minute: int) -> None:
        self._a_minute = a_minute
        self._buckets: OrderedDict[str, TokenBucket] = OrderedDict()

    def wait_seconds(self, address: str, at_seconds: float) -> int:
        """0 if the address may ask, which is then counted; or how long it has to wait."""
        bucket = self._buckets.pop(address, None) or TokenBucket(self._a_minute / _SECONDS_A_MINUTE, self._a_minute)
        self._buckets[address] = bucket
        if len(self._buckets) > _MOST_ADDRESSES:
            self._buckets.popitem(last=False)
        if wait := bucket.wait_seconds(at_seconds):
            return ceil(wait)
        bucket.take(at_seconds)
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
