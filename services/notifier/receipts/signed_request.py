"""Whether a provider's request is signed by the provider, and lately."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from services.notifier.channels.hmac_signature import HmacSignature
from services.notifier.channels.provider_document import Receipts, Replies, StandardWebhooksSignature
from services.notifier.channels.provider_secrets import ProviderSecrets
from services.notifier.channels.webhook_signature import (
    ID_HEADER,
    SIGNATURE_HEADER,
    TIMESTAMP_HEADER,
    WebhookSigner,
)


class NotSigned(ValueError):
    """A request that nobody who has the secret signed, or not lately; `header` is what is wrong."""

    def __init__(self, header: str, reason: str) -> None:
        super().__init__(f"{header}: {reason}")
        self.header = header
        self.reason = reason


def check_signature(
    described: Receipts | Replies,
    secrets: ProviderSecrets,
    headers: Mapping[str, str],
    body: bytes,
    at: datetime,
) -> None:
    """Check a request that arrived at `at` (UTC). `headers` finds names in any case. Raises NotSigned."""
    signature = described.signature
    tolerance = timedelta(seconds=described.tolerance_seconds)
    if isinstance(signature, StandardWebhooksSignature):
        _check_webhook(WebhookSigner(signature.secret, secrets[signature.secret]), headers, body, at, tolerance)
    else:
        _check_hmac(signature, secrets[signature.secret], headers, body, at, tolerance)


def _check_webhook(
    signer: WebhookSigner, headers: Mapping[str, str], body: bytes, at: datetime, tolerance: timedelta
) -> None:
    message_id = _given(headers, ID_HEADER)
    timestamp = _recent(TIMESTAMP_HEADER, _given(headers, TIMESTAMP_HEADER), at, tolerance)
    if not signer.is_of(_given(headers, SIGNATURE_HEADER), message_id, timestamp, body):
        raise NotSigned(SIGNATURE_HEADER, "is not the signature of this request")


def _check_hmac(
    signature: HmacSignature,
    secret: str,
    headers: Mapping[str, str],
    body: bytes,
    at: datetime,
    tolerance: timedelta,
) -> None:
    given = _given(headers, signature.header)
    timestamp = ""
    if signature.timestamp_header is not None:
        timestamp = _given(headers, signature.timestamp_header)
        _recent(signature.timestamp_header, timestamp, at, tolerance)
    if not signature.is_of(given, secret, body, timestamp):
        raise NotSigned(signature.header, "is not the signature of this request")


def _given(headers: Mapping[str, str], name: str) -> str:
    value = headers.get(name)
    if not value:
        raise NotSigned(name, "is missing")
    return value


def _recent(header: str, value: str, at: datetime, tolerance: timedelta) -> int:
    """Seconds since 1970 that are no further from `at` than the tolerance."""
    if not (value.isascii() and value.isdigit() and len(value) <= 12):
        raise NotSigned(header, "is no whole number of seconds since 1970")
    away_seconds = at.timestamp() - int(value)
    if away_seconds > tolerance.total_seconds():
        raise NotSigned(header, "is too long ago")
    if -away_seconds > tolerance.total_seconds():
        raise NotSigned(header, "is in the future")
    return int(value)
