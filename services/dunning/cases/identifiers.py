"""Identifiers put together from facts: the same facts give the same, and it fits the contract's length."""

from hashlib import sha256
from typing import Final

MAX_LENGTH: Final = 128


def fitted(identifier: str, max_length: int = MAX_LENGTH) -> str:
    """The identifier, or a digest of it where it would be too long."""
    return identifier if len(identifier) <= max_length else sha256(identifier.encode()).hexdigest()[:40]
