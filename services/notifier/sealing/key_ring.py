"""The keys under which contact data lies in the database: the first seals, each opens what it sealed.

AES-256-GCM (NIST SP 800-38D). A sealed value names its key and is bound to its owner: laid beside another borrower, or
changed in one bit, it does not open.
"""

import base64
import binascii
import hashlib
import hmac
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_KEY_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,15}")
_DIGEST_BYTES: Final = 16
_VERSION: Final = 1


class WrongKeys(ValueError):
    """The setting of keys cannot be used. The text never tells a key."""

    def __init__(self, place: int | None, reason: str) -> None:
        super().__init__(reason if place is None else f"key {place}: {reason}")
        self.place = place
        self.reason = reason


class SealBroken(ValueError):
    """A sealed value does not open: its key is not in the ring, it is another owner's, or it was changed."""

    def __init__(self, owner: str, reason: str) -> None:
        super().__init__(f"what is sealed for {owner!r} does not open: {reason}")
        self.owner = owner
        self.reason = reason


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Keys by id; `current` is the id of the one that seals."""

    current: str
    _keys: Mapping[str, AESGCM] = field(repr=False)
    _index_key: bytes = field(repr=False)

    @classmethod
    def parse(cls, keys: str, index_key: str) -> Self:
        """Read `id:base64,id:base64,…`, 32 bytes each, the sealing one first; and the key of digests, base64.

        Raises WrongKeys.
        """
        found: dict[str, AESGCM] = {}
        for place, part in enumerate((one.strip() for one in keys.split(",")), start=1):
            key_id, _, encoded = part.partition(":")
            if not _KEY_ID.fullmatch(key_id):
                raise WrongKeys(place, "must be id:base64, the id of letters, digits, - and _, 16 at most")
            if key_id in found:
                raise WrongKeys(place, f"the id {key_id} is given twice")
            found[key_id] = AESGCM(_decoded(encoded, place))
        return cls(next(iter(found)), found, _derived(_decoded(index_key, None), b"amends index"))

    def seal(self, owner: str, plain: bytes) -> bytes:
        """Seal a value for its owner, such as a borrower id."""
        nonce = os.urandom(_NONCE_BYTES)
        head = self.mark
        return head + nonce + self._keys[self.current].encrypt(nonce, plain, head + owner.encode())

    def open(self, owner: str, sealed: bytes) -> bytes:
        """Open what was sealed for an owner. Raises SealBroken."""
        key_id, start = _key_id(owner, sealed)
        key = self._keys.get(key_id)
        if key is None:
            raise SealBroken(owner, f"the key {key_id} is not given")
        nonce = sealed[start : start + _NONCE_BYTES]
        try:
            return key.decrypt(nonce, sealed[start + _NONCE_BYTES :], sealed[:start] + owner.encode())
        except (InvalidTag, ValueError):
            raise SealBroken(owner, "it was changed, or is another owner's") from None

    @property
    def mark(self) -> bytes:
        """What every value begins with that is sealed today."""
        key_id = self.current.encode("ascii")
        return bytes((_VERSION, len(key_id))) + key_id

    def is_current(self, owner: str, sealed: bytes) -> bool:
        """Whether the key that seals today sealed this. Raises SealBroken."""
        return _key_id(owner, sealed)[0] == self.current

    def digest(self, kind: str, value: str) -> bytes:
        """What stands for a value in an index: equal for equal values of a kind, and no way back without the key."""
        return hmac.new(self._index_key, f"{kind}\0{value}".encode(), hashlib.sha256).digest()[:_DIGEST_BYTES]


def new_key() -> str:
    """A key for the settings, base64."""
    return base64.b64encode(os.urandom(_KEY_BYTES)).decode()


def key_ids(ring: KeyRing) -> Sequence[str]:
    """The ids of all keys, the sealing one first."""
    return tuple(ring._keys)


def _key_id(owner: str, sealed: bytes) -> tuple[str, int]:
    """The id of the key that sealed a value, and where its nonce starts."""
    if len(sealed) < 2 or sealed[0] != _VERSION:
        raise SealBroken(owner, "it has no known form")
    start = 2 + sealed[1]
    return sealed[2:start].decode("ascii", "replace"), start


def _decoded(encoded: str, place: int | None) -> bytes:
    try:
        key = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise WrongKeys(place, "is not base64") from None
    if len(key) != _KEY_BYTES:
        raise WrongKeys(place, f"must be {_KEY_BYTES} bytes, has {len(key)}")
    return key


def _derived(key: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=purpose).derive(key)
