"""The HTTP request that hands a text message to a gateway, made from its document."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlencode

from pydantic import JsonValue

from services.notifier.channels.channel import OutboundMessage
from services.notifier.channels.placeholders import PlaceholderText
from services.notifier.channels.provider_document import (
    PLACES,
    ApiKeyHeader,
    BasicAuthentication,
    BearerToken,
    GatewayRequest,
)
from services.notifier.channels.provider_secrets import ProviderSecrets


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request ready to be sent, to the byte: what is signed is what leaves."""

    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


def gateway_request(
    described: GatewayRequest, secrets: ProviderSecrets, message: OutboundMessage, at: datetime
) -> HttpRequest:
    """The request for a message; `at` (UTC) is told where the signature wants a time."""
    values = _values(message)
    body = _body(described, values)
    kind = "application/json" if described.encoding == "json" else "application/x-www-form-urlencoded"
    headers = {
        "Content-Type": kind,
        **{name: PlaceholderText.parse(text, PLACES).filled(values) for name, text in described.headers.items()},
        **_authentication(described, secrets),
    }
    signature = described.signature
    if signature is not None:
        timestamp = str(int(at.timestamp()))
        headers[signature.header] = signature.value(secrets[signature.secret], body, timestamp)
        if signature.timestamp_header is not None:
            headers[signature.timestamp_header] = timestamp
    return HttpRequest(described.method, described.url, headers, body)


def _values(message: OutboundMessage) -> dict[str, str]:
    return {
        "to": message.to,
        "to_digits": message.to.removeprefix("+"),
        "text": message.text,
        "idempotency_key": message.idempotency_key,
        "notification_id": message.notification_id,
        "template": message.template,
        "language": message.language,
    }


def _body(described: GatewayRequest, values: Mapping[str, str]) -> bytes:
    filled = {key: _filled(value, values) for key, value in described.body.items()}
    if described.encoding == "form":
        return urlencode(filled).encode("ascii")
    return json.dumps(filled, ensure_ascii=False, separators=(",", ":")).encode()


def _filled(value: JsonValue, values: Mapping[str, str]) -> JsonValue:
    if isinstance(value, str):
        return PlaceholderText.parse(value, PLACES).filled(values)
    if isinstance(value, dict):
        return {key: _filled(part, values) for key, part in value.items()}
    if isinstance(value, list):
        return [_filled(part, values) for part in value]
    return value


def _authentication(described: GatewayRequest, secrets: ProviderSecrets) -> dict[str, str]:
    match described.authentication:
        case BearerToken(secret=secret):
            return {"Authorization": f"Bearer {secrets[secret]}"}
        case BasicAuthentication(username=username, secret=secret):
            pair = base64.b64encode(f"{username}:{secrets[secret]}".encode()).decode("ascii")
            return {"Authorization": f"Basic {pair}"}
        case ApiKeyHeader(header=header, secret=secret):
            return {header: secrets[secret]}
        case _:
            return {}
