"""Providers that call the notifier's public addresses, in process."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

import httpx
from fastapi import FastAPI
from pydantic import SecretStr
from standardwebhooks import Webhook

from services.eventing.api_connections import ApiConnections
from services.eventing.clock import FixedClock
from services.eventing.database import Pool
from services.eventing.problems import install_problems
from services.notifier.channels.provider_document import parse_provider
from services.notifier.channels.provider_secrets import ProviderSecrets
from services.notifier.channels.providers import Providers
from services.notifier.receipts.routes import ReceiptParts, receipt_routes
from tests.notifier.borrowers.telling import KEYS, NOON

WEBHOOK_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
HMAC_SECRET = "a key of letters"
SMS_PROVIDER = """
name: texts
channel: sms
receipts:
  signature: {kind: standard-webhooks, secret: webhooks}
  message_id: data.id
  status: data.status
  statuses: {DELIVRD: delivered, UNDELIV: bounced, EXPIRED: expired, REJECTD: rejected, ACCEPTD: ignored}
  time: data.at
replies:
  signature:
    kind: hmac
    secret: letters
    header: X-Signature
    timestamp_header: X-Time
    signs: "{timestamp}:{body}"
  encoding: form
  reply_id: id
  sender: from
  country_code: "+86"
  text: text
  time: at
"""
MAIL_PROVIDER = """
name: mails
channel: email
receipts:
  signature: {kind: hmac, secret: letters, header: X-Signature, prefix: "sha256="}
  items: events
  message_id: message-id
  status: event
  statuses: {delivered: delivered, bounce: bounced, complaint: complained}
"""


def parsed_providers() -> Providers:
    sms = parse_provider(SMS_PROVIDER, "texts.yaml")
    mails = parse_provider(MAIL_PROVIDER, "mails.yaml")
    secrets = {"webhooks": SecretStr(WEBHOOK_SECRET), "letters": SecretStr(HMAC_SECRET)}
    return Providers(sms, {"texts": sms, "mails": mails}, ProviderSecrets(secrets))


@dataclass
class ProviderCalls:
    """Calls as providers make them; `at` is what their clocks say."""

    client: httpx.AsyncClient
    clock: FixedClock
    at: datetime = NOON

    async def tells(self, status: str, message_id: str = "m-1", **data: Any) -> httpx.Response:
        """The text gateway tells what became of a message."""
        return await self.posts({"type": "receipt", "data": {"id": message_id, "status": status, **data}})

    async def posts(self, document: Any, **headers: str) -> httpx.Response:
        """The text gateway posts a document to the address of its receipts."""
        body = document if isinstance(document, str) else json.dumps(document)
        signed = {
            "webhook-id": "w-1",
            "webhook-timestamp": str(int(self.at.timestamp())),
            "webhook-signature": Webhook(WEBHOOK_SECRET).sign("w-1", self.at, body),
        }
        sent = {**signed, **{name.replace("_", "-"): value for name, value in headers.items()}}
        return await self.client.post("/receipts/texts", content=body, headers=sent)

    async def mails_tell(self, *events: tuple[str, str], prefix: str = "sha256=") -> httpx.Response:
        """The mail relay tells (event, Message-ID) of several mails."""
        items = [{"event": event, "message-id": message_id} for event, message_id in events]
        body = json.dumps({"events": items}).encode()
        signature = prefix + hmac.new(HMAC_SECRET.encode(), body, hashlib.sha256).hexdigest()
        return await self.client.post("/receipts/mails", content=body, headers={"X-Signature": signature})

    async def passes_on(self, text: str, sender: str = "+8613800000000", reply_id: str = "r-1") -> httpx.Response:
        """The text gateway passes on what somebody wrote."""
        fields = {"id": reply_id, "from": sender, "text": text, "at": str(int(self.at.timestamp()))}
        body = str(httpx.QueryParams(fields)).encode()
        timestamp = str(int(self.at.timestamp()))
        signature = hmac.new(HMAC_SECRET.encode(), f"{timestamp}:".encode() + body, hashlib.sha256).hexdigest()
        headers = {"X-Signature": signature.upper(), "X-Time": timestamp}
        return await self.client.post("/replies/texts", content=body, headers=headers)


NO_DATABASE = cast(Pool, None)
"""For what is refused before anything is looked up."""


@asynccontextmanager
async def provider_calls(pool: Pool, status_of_unknown: Literal[404, 202] = 404) -> AsyncIterator[ProviderCalls]:
    clock = FixedClock(NOON)
    connections = ApiConnections(pool, wait_seconds=10)
    parts = ReceiptParts(connections, parsed_providers(), KEYS, clock, status_of_unknown)
    app = FastAPI()
    install_problems(app)
    app.include_router(receipt_routes(parts))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://notifier.example") as client:
        yield ProviderCalls(client, clock)
