"""What the page keys do: sign link and form tokens, seal opt-out addresses. The first secret makes, all are believed.

Tokens of links are short, for they travel in text messages: 96 random bits and the first 64 bits of an HMAC-SHA-256.
The id alone cannot be guessed; the signature refuses what was made up before the database is asked. Opt-out addresses
are sealed by AES-SIV (RFC 5297): no nonce, and the same borrower and channel always give the same address.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from itsdangerous import BadSignature, Signer
from itsdangerous.signer import SigningAlgorithm

_TOKEN_BYTES: Final = 12
_SIGNATURE_BYTES: Final = 8
_LONGEST_TOKEN_LETTERS: Final = 512


class NotOurToken(ValueError):
    """A token was not made with one of the keys, for this purpose."""


class _ShortHmac(SigningAlgorithm):
    """The first bytes of an HMAC-SHA-256 (NIST SP 800-107, truncated)."""

    def get_signature(self, key: bytes, value: bytes) -> bytes:
        return hmac.new(key, value, hashlib.sha256).digest()[:_SIGNATURE_BYTES]


class PageKeys:
    """Keys derived from the secrets of the settings, one kind a use."""

    def __init__(self, secrets_in_order: Sequence[bytes]) -> None:
        # itsdangerous signs with the last key of a list.
        self._signing = [_derived(one, b"amends page signatures", 32) for one in reversed(secrets_in_order)]
        self._sealing = [AESSIV(_derived(one, b"amends page seals", 64)) for one in secrets_in_order]

    def sign(self, purpose: str, value: str) -> str:
        """The value with a signature that counts for one purpose."""
        return self._signer(purpose).sign(value).decode("ascii")

    def verified(self, purpose: str, token: str) -> str:
        """The value that was signed. Raises NotOurToken."""
        if len(token) > _LONGEST_TOKEN_LETTERS or not token.isascii():
            raise NotOurToken("too long, or not of ASCII")
        try:
            return self._signer(purpose).unsign(token).decode("ascii")
        except (BadSignature, UnicodeDecodeError):
            raise NotOurToken("no key signed it") from None

    def seal(self, purpose: str, value: str) -> str:
        """The value, unreadable and safe in an address; always the same for the same value."""
        sealed = self._sealing[0].encrypt(value.encode(), [purpose.encode()])
        return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode("ascii")

    def opened(self, purpose: str, token: str) -> str:
        """The value that was sealed. Raises NotOurToken."""
        if len(token) > _LONGEST_TOKEN_LETTERS or not token.isascii():
            raise NotOurToken("too long, or not of ASCII")
        try:
            sealed = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        except (binascii.Error, ValueError):
            raise NotOurToken("is not base64url") from None
        for key in self._sealing:
            try:
                return key.decrypt(sealed, [purpose.encode()]).decode()
            except (InvalidTag, ValueError):
                continue
        raise NotOurToken("no key sealed it")

    def _signer(self, purpose: str) -> Signer:
        return Signer(self._signing, salt=f"amends.pages.{purpose}", algorithm=_ShortHmac())


def new_token_id() -> str:
    """A new id of 96 random bits, safe in an address."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def _derived(key: bytes, purpose: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=purpose).derive(key)
