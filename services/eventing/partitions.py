"""Which partition a key goes to: Kafka's own default, so that every publisher agrees."""

from functools import lru_cache

from aiokafka.partitioner import murmur2


@lru_cache(maxsize=200_000)
def partition_of(key: bytes, partitions: int) -> int:
    """The partition of a key (murmur2, as Java's and aiokafka's default partitioners do)."""
    return int(murmur2(key) & 0x7FFFFFFF) % partitions
