"""The gateway that needs no document: JSON with `to`, `text` and `idempotency_key`, a bearer token if there is one."""

from typing import Final

from pydantic import JsonValue

from services.notifier.channels.provider_document import (
    BearerToken,
    GatewayAnswer,
    GatewayRequest,
    NoAuthentication,
    ProviderDocument,
)

TOKEN_NAME: Final = "sms-gateway-token"


def default_gateway(url: str, *, has_token: bool) -> ProviderDocument:
    """A gateway that honours the key and names the message `message_id`; the token is the secret `TOKEN_NAME`."""
    authentication = BearerToken(kind="bearer", secret=TOKEN_NAME) if has_token else NoAuthentication(kind="none")
    body: dict[str, JsonValue] = {"to": "{to}", "text": "{text}", "idempotency_key": "{idempotency_key}"}
    return ProviderDocument(
        name="sms",
        channel="sms",
        request=GatewayRequest(url=url, body=body, authentication=authentication),
        answer=GatewayAnswer(message_id="message_id"),
        honours_key=True,
    )
