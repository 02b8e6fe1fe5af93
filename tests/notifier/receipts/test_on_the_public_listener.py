"""Providers call the application that also has the borrower's pages: nothing of the pages stands in their way."""

from collections.abc import AsyncIterator

import httpx
import pytest

from services.notifier.pages.page_app import page_app
from services.notifier.receipts.routes import ReceiptParts, receipt_routes
from tests.notifier.borrowers.telling import KEYS, Notifier, notifier_pool
from tests.notifier.pages.scene import page_scene
from tests.notifier.receipts.provider_calls import ProviderCalls, parsed_providers
from tests.notifier.receipts.sent_messages import asked_for, left, told


@pytest.fixture
async def public(fresh_database: str) -> AsyncIterator[tuple[Notifier, ProviderCalls]]:
    """A provider that calls the public application, whose pages allow one request a minute."""
    async with (
        page_scene(fresh_database, requests_a_minute=1, answers_a_minute=1) as scene,
        notifier_pool(fresh_database) as pool,
    ):
        receipts = ReceiptParts(scene.parts.connections, parsed_providers(), KEYS, scene.clock)
        app = page_app(scene.parts, [receipt_routes(receipts)])
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="https://pages.example") as client:
            yield Notifier(pool), ProviderCalls(client, scene.clock, at=scene.clock.now())


async def test_a_burst_of_receipts_is_taken(public: tuple[Notifier, ProviderCalls]) -> None:
    notifier, provider = public
    await left(notifier.pool, asked_for())
    answers = [await provider.tells("DELIVRD") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200] * 5
    assert len(await told(notifier.pool)) == 1


async def test_what_is_refused_is_told_to_a_program_and_not_to_a_reader(
    public: tuple[Notifier, ProviderCalls],
) -> None:
    _, provider = public
    refused = [
        await provider.posts({}, webhook_signature="v1,AAAA"),
        await provider.tells("LOST"),
        await provider.tells("DELIVRD"),
        await provider.client.post("/receipts/nobody", content=b"{}"),
        await provider.client.post("/receipts/texts", content=b"x" * 100_000),
    ]
    assert [answer.status_code for answer in refused] == [401, 422, 404, 404, 413]
    assert {answer.headers["content-type"] for answer in refused} == {"application/problem+json"}
