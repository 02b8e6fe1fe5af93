"""Messages to the lender's app against a real HTTP server, checked as its owner would check them."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook

from services.notifier.channels.app_channel import AppChannel
from services.notifier.channels.channel import (
    Channel,
    ChannelError,
    ChannelUnavailable,
    FateUnknown,
    MessageRefused,
)
from services.notifier.channels.webhook_signature import WebhookSigner, WrongWebhookSecret
from tests.notifier.channels.http_server import Provider, http_provider
from tests.notifier.channels.messages import MAIL

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
MESSAGE = replace(
    MAIL,
    to="B-1",
    html=None,
    payload={"loan_id": "L-1", "amounts": {"principal_minor": 1234}, "offer_url": "https://lender.example/o/1"},
)


def app_channel(provider: Provider, deadline_seconds: float = 5.0) -> AppChannel:
    return AppChannel(
        provider.url,
        WebhookSigner("app", SECRET),
        now=lambda: datetime.now(UTC),
        deadline_seconds=deadline_seconds,
    )


async def sent_to(provider: Provider, deadline_seconds: float = 5.0) -> str:
    channel = app_channel(provider, deadline_seconds)
    try:
        return (await channel.send(MESSAGE)).provider_message_id
    finally:
        await channel.close()


async def test_the_message_is_signed_and_named_by_its_key() -> None:
    async with http_provider() as provider:
        provider.status = "204 No Content"
        provider.body = ""
        assert await sent_to(provider) == MESSAGE.idempotency_key
        (request,) = provider.requests
    told = Webhook(SECRET).verify(request.body, request.headers)
    assert request.headers["webhook-id"] == MESSAGE.idempotency_key
    assert told["type"] == "amends.message.v1"
    assert told["data"] == {
        "borrower_id": "B-1",
        "loan_id": "L-1",
        "notification_id": MESSAGE.notification_id,
        "template": "overdue_soft",
        "language": "zh-CN",
        "title": MESSAGE.subject,
        "text": MESSAGE.text,
        "opt_out_url": MESSAGE.opt_out_url,
        "details": MESSAGE.payload,
    }


async def test_the_app_honours_keys() -> None:
    async with http_provider() as provider:
        channel: Channel = app_channel(provider)
        assert (channel.name, channel.honours_key) == ("app", True)
        await channel.close()


@pytest.mark.parametrize(
    ("status", "headers", "error", "retry_after_seconds"),
    [
        ("410 Gone", "", MessageRefused, None),
        ("404 Not Found", "", ChannelUnavailable, None),
        ("401 Unauthorized", "", ChannelUnavailable, None),
        ("429 Slow Down", "Retry-After: 7\r\n", ChannelUnavailable, 7.0),
        ("500 Oops", "", ChannelUnavailable, None),
        ("503 Down", "Retry-After: 60\r\n", ChannelUnavailable, 60.0),
        ("504 Gateway Timeout", "", FateUnknown, None),
    ],
)
async def test_each_answer_has_its_meaning(
    status: str, headers: str, error: type[ChannelError], retry_after_seconds: float | None
) -> None:
    async with http_provider() as provider:
        provider.status, provider.headers = status, headers
        with pytest.raises(error) as told:
            await sent_to(provider)
    assert told.value.code == int(status[:3])
    assert getattr(told.value, "retry_after_seconds", None) == retry_after_seconds


async def test_an_app_that_reads_and_drops_the_connection_may_have_taken_the_message() -> None:
    async with http_provider() as provider:
        provider.breaks_off = "after-reading"
        with pytest.raises(FateUnknown):
            await sent_to(provider)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_c2hvcnQ=", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_%%%"])
def test_a_secret_that_the_standard_forbids_is_refused_and_not_told(secret: str) -> None:
    with pytest.raises(WrongWebhookSecret) as refused:
        WebhookSigner("app", secret)
    assert not secret.removeprefix("whsec_") or secret.removeprefix("whsec_") not in str(refused.value)
