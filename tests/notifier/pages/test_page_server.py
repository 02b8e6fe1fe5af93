"""The public listener, what it serves beside the pages, and what is cleared away behind it."""

from datetime import timedelta

import httpx
import pytest
from fastapi import APIRouter

from services.notifier.pages.clearing import Clearing
from services.notifier.pages.page_app import page_app
from services.notifier.pages.server import PagesServer
from tests.notifier.pages.scene import PageScene, page_scene


async def test_the_listener_answers_until_it_is_stopped(scene: PageScene) -> None:
    server = PagesServer(scene.parts)
    await server.start()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}", trust_env=False) as client:
        answer = await client.get("/health/live")
        await server.stop()
        assert (answer.status_code, "server" in answer.headers) == (200, False)
        with pytest.raises(httpx.ConnectError):
            await client.get("/health/live")


async def test_a_port_that_is_taken_is_an_error(scene: PageScene, fresh_database: str) -> None:
    first = PagesServer(scene.parts)
    await first.start()
    try:
        async with page_scene(fresh_database, pages_port=first.port) as second:
            with pytest.raises(OSError, match="cannot be listened on"):
                await PagesServer(second.parts).start()
    finally:
        await first.stop()


async def test_what_providers_send_is_taken_beside_the_pages(scene: PageScene) -> None:
    router = APIRouter()

    @router.post("/receipts/{provider}")
    async def take(provider: str) -> dict[str, str]:
        return {"provider": provider}

    transport = httpx.ASGITransport(page_app(scene.parts, [router]))
    async with httpx.AsyncClient(transport=transport, base_url="https://pages.example") as client:
        assert (await client.post("/receipts/mail")).json() == {"provider": "mail"}


async def test_visits_and_links_that_are_long_over_are_deleted(scene: PageScene) -> None:
    await scene.visiting()
    clearing = Clearing(scene.clock)
    counted = []
    for days in (0, 2, 110):
        scene.clock.moment += timedelta(days=days)
        async with scene.pool.acquire() as connection:
            assert await clearing(connection) is False
        rows = await scene.pool.fetch("select (select count(*) from page_visit), (select count(*) from page_link)")
        counted.append(tuple(rows[0]))
    assert counted == [(1, 1), (0, 1), (0, 0)]
