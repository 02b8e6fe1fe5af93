"""Text messages against a real HTTP server on loopback: what is sent, and what the sender sees of each fault."""

import base64
import hashlib
import hmac
import socket
from dataclasses import replace
from urllib.parse import parse_qs

import pytest
from pydantic import SecretStr

from services.notifier.channels.channel import (
    Channel,
    ChannelUnavailable,
    Delivery,
    FateUnknown,
    MessageRefused,
)
from services.notifier.channels.default_gateway import TOKEN_NAME, default_gateway
from services.notifier.channels.provider_secrets import ProviderSecrets, SecretMissing
from services.notifier.channels.sms_channel import SmsChannel
from tests.notifier.channels.http_server import http_provider, sms_channel
from tests.notifier.channels.messages import NOW, SMS

SECRETS = ProviderSecrets({name: SecretStr(f"secret of {name}") for name in ("token", "signing", TOKEN_NAME)})


def document(url: str, more: str = "", *, request: str = "") -> str:
    return f"""
name: example
channel: sms
request:
  url: {url}
  body: {{to: "{{to}}", text: "{{text}}"}}
{request}
{more}
"""


async def test_without_a_document_json_is_posted_under_the_key() -> None:
    async with (
        http_provider() as provider,
        sms_channel(default_gateway(provider.url, has_token=True), SECRETS) as sms,
    ):
        channel: Channel = sms
        delivery = await channel.send(SMS)
        (request,) = provider.requests
    assert (channel.name, channel.honours_key) == ("sms", True)
    assert delivery.provider_message_id == "m-1"
    assert request.line == "POST /messages HTTP/1.1"
    assert request.headers["authorization"] == f"Bearer secret of {TOKEN_NAME}"
    assert request.json == {"to": SMS.to, "text": SMS.text, "idempotency_key": SMS.idempotency_key}


async def test_a_document_says_method_headers_and_a_nested_body() -> None:
    described = """
  method: PUT
  headers: {Idempotency-Key: "{idempotency_key}", X-Kind: "amends/{template}"}
  body:
    Recipients: ["{to_digits}"]
    Content: {Text: "【Bank】{text}", Flash: false, Language: "{language}"}
"""
    async with http_provider() as provider:
        text = f"name: example\nchannel: sms\nhonours_key: true\nrequest:\n  url: {provider.url}{described}"
        async with sms_channel(text) as sms:
            await sms.send(SMS)
        (request,) = provider.requests
    assert request.line == "PUT /messages HTTP/1.1"
    assert request.headers["idempotency-key"] == SMS.idempotency_key
    assert request.headers["x-kind"] == "amends/overdue_soft"
    assert request.json == {
        "Recipients": ["8613800000000"],
        "Content": {"Text": f"【Bank】{SMS.text}", "Flash": False, "Language": "zh-CN"},
    }


async def test_a_text_cannot_break_out_of_its_place() -> None:
    text = '", "to": "+1", {to} {{ &to=+1\r\n'
    async with http_provider() as provider:
        async with sms_channel(document(provider.url)) as sms:
            await sms.send(replace(SMS, text=text))
        async with sms_channel(document(provider.url, request="  encoding: form")) as sms:
            await sms.send(replace(SMS, text=text))
        as_json, as_form = provider.requests
    assert as_json.json == {"to": SMS.to, "text": text}
    assert parse_qs(as_form.body.decode()) == {"to": [SMS.to], "text": [text]}
    assert as_form.headers["content-type"] == "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("authentication", "header", "value"),
    [
        ("{kind: bearer, secret: token}", "authorization", "Bearer secret of token"),
        (
            "{kind: basic, username: amends, secret: token}",
            "authorization",
            "Basic " + base64.b64encode(b"amends:secret of token").decode(),
        ),
        ("{kind: api-key, header: X-Api-Key, secret: token}", "x-api-key", "secret of token"),
    ],
)
async def test_the_gateway_is_shown_who_asks(authentication: str, header: str, value: str) -> None:
    async with http_provider() as provider:
        text = document(provider.url, request=f"  authentication: {authentication}")
        async with sms_channel(text, SECRETS) as sms:
            await sms.send(SMS)
        (request,) = provider.requests
    assert request.headers[header] == value


async def test_the_body_is_signed_with_the_time() -> None:
    signature = (
        "  signature: {secret: signing, header: X-Signature, algorithm: sha512, encoding: base64, prefix: 'v1=',"
        " timestamp_header: X-Time, signs: '{timestamp}.{body}'}"
    )
    async with http_provider() as provider:
        async with sms_channel(document(provider.url, request=signature), SECRETS) as sms:
            await sms.send(SMS)
        (request,) = provider.requests
    at = str(int(NOW.timestamp()))
    digest = hmac.new(b"secret of signing", f"{at}.".encode() + request.body, hashlib.sha512).digest()
    assert request.headers["x-time"] == at
    assert request.headers["x-signature"] == "v1=" + base64.b64encode(digest).decode()


def test_a_channel_whose_secret_is_not_set_is_not_made() -> None:
    with pytest.raises(SecretMissing, match=r"request\.authentication\.secret names 'sms-gateway-token'"):
        SmsChannel(default_gateway("https://sms.example", has_token=True), ProviderSecrets(), now=lambda: NOW)


@pytest.mark.parametrize("body", ["", "[]", "{}", "ok", '{"message_id": ""}', '{"message_id": {"a": 1}}'])
async def test_taken_without_a_name_the_key_is_its_name(body: str) -> None:
    async with (
        http_provider() as provider,
        sms_channel(default_gateway(provider.url, has_token=False)) as sms,
    ):
        provider.body = body
        assert (await sms.send(SMS)).provider_message_id == SMS.idempotency_key


PRICES = """
prices:
  currency: CNY
  per_segment: {"+": 0.5, "+86": 0.045, "+8613": 0.05}
"""


@pytest.mark.parametrize(
    ("to", "text", "segments", "cost_micros"),
    [
        ("+8613800000000", "您" * 70, 1, 50_000),
        ("+8613800000000", "您" * 71, 2, 100_000),
        ("+8618800000000", "a" * 160, 1, 45_000),
        ("+15550000001", "a" * 307, 3, 1_500_000),
    ],
)
async def test_cost_is_segments_times_the_price_of_the_longest_prefix(
    to: str, text: str, segments: int, cost_micros: int
) -> None:
    async with http_provider() as provider, sms_channel(document(provider.url, PRICES)) as sms:
        delivery = await sms.send(replace(SMS, to=to, text=text))
    assert (delivery.segments, delivery.cost_micros, delivery.cost_currency) == (segments, cost_micros, "CNY")


async def test_what_the_gateway_says_it_costs_wins_over_the_list() -> None:
    answer = "answer: {message_id: messages.0.id, price: {amount: messages.0.price, currency: currency}}\n"
    async with http_provider() as provider:
        provider.body = '{"messages": [{"id": 17, "price": "-0.0075"}], "currency": "USD"}'
        async with sms_channel(document(provider.url, answer + PRICES)) as sms:
            assert await sms.send(SMS) == Delivery("17", 1, 7_500, "USD")


async def test_without_any_price_no_cost_is_told() -> None:
    prices = PRICES.replace('"+": 0.5, ', "")
    async with http_provider() as provider, sms_channel(document(provider.url, prices)) as sms:
        assert await sms.send(replace(SMS, to="+15550000001")) == Delivery(SMS.idempotency_key, 1, 0, None)


@pytest.mark.parametrize(
    ("status", "headers", "error", "retry_after_seconds"),
    [
        ("400 Bad Request", "", MessageRefused, None),
        ("422 Unprocessable", "", MessageRefused, None),
        ("401 Unauthorized", "", ChannelUnavailable, None),
        ("408 Timeout", "", ChannelUnavailable, None),
        ("429 Slow Down", "Retry-After: 30\r\n", ChannelUnavailable, 30.0),
        ("500 Oops", "", ChannelUnavailable, None),
        (
            "503 Down",
            "Date: Thu, 05 Mar 2026 09:30:00 GMT\r\nRetry-After: Thu, 05 Mar 2026 09:31:30 GMT\r\n",
            ChannelUnavailable,
            90.0,
        ),
        ("503 Down", "Retry-After: soon\r\n", ChannelUnavailable, None),
        ("302 Found", "Location: /else\r\n", ChannelUnavailable, None),
        ("502 Bad Gateway", "", FateUnknown, None),
        ("504 Gateway Timeout", "", FateUnknown, None),
    ],
)
async def test_each_answer_has_its_meaning(
    status: str, headers: str, error: type[Exception], retry_after_seconds: float | None
) -> None:
    async with (
        http_provider() as provider,
        sms_channel(default_gateway(provider.url, has_token=False)) as sms,
    ):
        provider.status, provider.headers, provider.body = status, headers, f"no {SMS.to}"
        with pytest.raises(error) as refused:
            await sms.send(SMS)
    assert SMS.to not in str(refused.value)
    assert getattr(refused.value, "retry_after_seconds", None) == retry_after_seconds
    assert refused.value.code == int(status[:3])  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ('{"Code": "OK", "Id": "a-1"}', None),
        ('{"Code": "isv.MOBILE_NUMBER_ILLEGAL"}', MessageRefused),
        ('{"Code": "isv.BUSINESS_LIMIT_CONTROL"}', ChannelUnavailable),
        ("{}", FateUnknown),
        ("<html>", FateUnknown),
    ],
)
async def test_a_gateway_that_answers_200_to_everything_is_read_by_its_code(
    body: str, error: type[Exception] | None
) -> None:
    answer = "answer: {message_id: Id, outcome: {path: Code, taken: [OK], refused: [isv.MOBILE_NUMBER_ILLEGAL]}}"
    async with http_provider() as provider, sms_channel(document(provider.url, answer)) as sms:
        provider.body = body
        if error is None:
            assert (await sms.send(SMS)).provider_message_id == "a-1"
            return
        with pytest.raises(error):
            await sms.send(SMS)


async def test_a_gateway_that_is_slow_may_have_taken_the_message() -> None:
    async with (
        http_provider() as provider,
        sms_channel(default_gateway(provider.url, has_token=False), deadline_seconds=0.2) as sms,
    ):
        provider.delay_seconds = 1.0
        with pytest.raises(FateUnknown, match="did not answer in time"):
            await sms.send(SMS)
        assert len(provider.requests) == 1


async def test_a_gateway_that_reads_and_drops_the_connection_may_have_taken_the_message() -> None:
    async with (
        http_provider() as provider,
        sms_channel(default_gateway(provider.url, has_token=False)) as sms,
    ):
        provider.breaks_off = "after-reading"
        with pytest.raises(FateUnknown, match="broke off"):
            await sms.send(SMS)
        assert len(provider.requests) == 1


async def test_an_answer_whose_body_breaks_off_is_an_answer() -> None:
    async with (
        http_provider() as provider,
        sms_channel(default_gateway(provider.url, has_token=False)) as sms,
    ):
        provider.breaks_off = "within-answer"
        assert (await sms.send(SMS)).provider_message_id == SMS.idempotency_key


async def test_a_gateway_that_nobody_reaches_took_nothing() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/"
        async with sms_channel(default_gateway(url, has_token=False)) as sms:
            with pytest.raises(ChannelUnavailable):
                await sms.send(SMS)
