"""Requests that are not a provider's, or not what its document says: what the sender sees. Nothing is kept of them."""

import json
from datetime import timedelta

import pytest

from tests.notifier.borrowers.telling import NOON
from tests.notifier.receipts.provider_calls import ProviderCalls

GOOD = {"data": {"id": "m-1", "status": "DELIVRD"}}


@pytest.mark.parametrize(
    ("header", "value", "reason"),
    [
        ("webhook-signature", "v1,AAAA", "is not the signature of this request"),
        ("webhook-signature", "nonsense", "is not the signature of this request"),
        ("webhook-signature", "", "is missing"),
        ("webhook-id", "w-2", "is not the signature of this request"),
        ("webhook-id", "", "is missing"),
        ("webhook-timestamp", "", "is missing"),
        ("webhook-timestamp", "soon", "is no whole number of seconds since 1970"),
        ("webhook-timestamp", "9" * 30, "is no whole number of seconds since 1970"),
    ],
)
async def test_what_the_provider_did_not_sign_is_answered_401(
    header: str, value: str, reason: str, stranger: ProviderCalls
) -> None:
    answer = await stranger.posts(GOOD, **{header.replace("-", "_"): value})
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["type"] == "urn:problem-type:amends:not-signed"
    assert reason in problem["detail"]


@pytest.mark.parametrize(("away", "reason"), [(-301, "is too long ago"), (301, "is in the future")])
async def test_what_was_signed_at_another_time_is_answered_401(away: int, reason: str, stranger: ProviderCalls) -> None:
    stranger.at = NOON + timedelta(seconds=away)
    answer = await stranger.posts(GOOD)
    assert answer.status_code == 401
    assert reason in answer.json()["detail"]


async def test_a_signature_of_a_changed_body_does_not_hold(stranger: ProviderCalls) -> None:
    signed = await stranger.posts({"data": {}})
    answer = await stranger.client.post("/receipts/texts", content=json.dumps(GOOD), headers=signed.request.headers)
    assert answer.status_code == 401


async def test_a_wrong_hmac_is_answered_401(stranger: ProviderCalls) -> None:
    answer = await stranger.mails_tell(("delivered", "1@x"), prefix="sha1=")
    assert (answer.status_code, answer.json()["field"]) == (401, "X-Signature")


@pytest.mark.parametrize(
    ("document", "field", "value"),
    [
        ({"data": {"status": "DELIVRD"}}, "data.id", None),
        ({"data": {"id": "", "status": "DELIVRD"}}, "data.id", None),
        ({"data": {"id": ["m-1"], "status": "DELIVRD"}}, "data.id", None),
        ({"data": {"id": "m\x00", "status": "DELIVRD"}}, "data.id", None),
        ({"data": {"id": "m-1"}}, "data.status", None),
        ({"data": {"id": "m-1", "status": "LOST"}}, "data.status", "LOST"),
        ({"data": {**GOOD["data"], "at": "yesterday"}}, "data.at", "yesterday"),
        ({"data": {**GOOD["data"], "at": 10**30}}, "data.at", str(10**30)),
        ({"data": {**GOOD["data"], "at": "2026-03-07T00:00:00Z"}}, "data.at", "2026-03-07T00:00:00Z"),
        ([], "data.status", None),
    ],
)
async def test_what_does_not_fit_the_document_is_answered_422_with_the_field(
    document: object, field: str, value: object, stranger: ProviderCalls
) -> None:
    answer = await stranger.posts(document)
    assert answer.status_code == 422
    assert (answer.json()["field"], answer.json()["value"]) == (field, value)


@pytest.mark.parametrize("body", ["", "{", "<xml/>", "[" * 100_000])
async def test_what_is_no_json_is_answered_400(body: str, stranger: ProviderCalls) -> None:
    answer = await stranger.posts(body)
    assert (answer.status_code, answer.json()["field"]) == (400, "body")


async def test_an_array_is_wanted_where_the_document_says_so(stranger: ProviderCalls) -> None:
    answer = await stranger.mails_tell(*[("delivered", "1@x")] * 1_001)
    assert (answer.status_code, answer.json()["field"], answer.json()["value"]) == (422, "events", 1_001)


@pytest.mark.parametrize("path", ["/receipts/nobody", "/replies/nobody", "/replies/mails"])
async def test_a_provider_that_is_not_configured_is_answered_404(path: str, stranger: ProviderCalls) -> None:
    answer = await stranger.client.post(path, content=b"{}")
    assert (answer.status_code, answer.json()["field"]) == (404, "provider")
