"""Signatures of Standard Webhooks (https://www.standardwebhooks.com), on the clock that the service has."""

import base64
import binascii
import hmac
from datetime import UTC, datetime
from typing import Final

from standardwebhooks import Webhook

ID_HEADER: Final = "webhook-id"
TIMESTAMP_HEADER: Final = "webhook-timestamp"
SIGNATURE_HEADER: Final = "webhook-signature"
_FEWEST_BYTES: Final = 24
_MOST_BYTES: Final = 64


class WrongWebhookSecret(ValueError):
    """A secret that the standard does not allow. The text never tells it."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"secret {name}: must be whsec_ and the base64 of {_FEWEST_BYTES} to {_MOST_BYTES} random bytes"
        )
        self.name = name


class WebhookSigner:
    """Signs and checks with one secret."""

    def __init__(self, name: str, secret: str) -> None:
        """`name` is what the secret is called in errors. Raises WrongWebhookSecret."""
        try:
            length = len(base64.b64decode(secret.removeprefix("whsec_") + "==", validate=False))
        except (binascii.Error, ValueError):
            raise WrongWebhookSecret(name) from None
        if not secret.startswith("whsec_") or not _FEWEST_BYTES <= length <= _MOST_BYTES:
            raise WrongWebhookSecret(name)
        self._webhook = Webhook(secret)

    def headers(self, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
        """The three headers of a body that is sent at `at` (UTC)."""
        return {
            ID_HEADER: message_id,
            TIMESTAMP_HEADER: str(int(at.timestamp())),
            SIGNATURE_HEADER: self._webhook.sign(message_id, at, body.decode()),
        }

    def is_of(self, signatures: str, message_id: str, timestamp: int, body: bytes) -> bool:
        """Whether one of the signatures of a header is of this body, id and time (seconds since 1970)."""
        try:
            at = datetime.fromtimestamp(timestamp, UTC)
            expected = self._webhook.sign(message_id, at, body.decode())
        except (UnicodeDecodeError, ValueError, OverflowError, OSError):
            return False
        return any(hmac.compare_digest(expected.encode(), one.encode()) for one in signatures.split(" "))
