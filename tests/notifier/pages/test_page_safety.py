"""What protects the pages: form tokens, cookies, headers, limits, and what logs tell."""

import asyncio
import logging
from typing import Any

import pytest
from structlog.testing import capture_logs

from services.eventing.metrics import HTTP_REQUESTS
from tests.notifier.pages.offers import BORROWER, LOAN, OFFER, offer_made
from tests.notifier.pages.scene import NAME, RIGHT, Browser, PageScene, page_scene, registered

FORMS = (
    "/plans/1/accept",
    "/decline",
    "/counter",
    "/promise",
    "/hardship",
    "/dispute",
    "/opt-out",
    "/opt-in",
    "/leave",
)


@pytest.mark.parametrize("path", FORMS)
async def test_a_form_without_its_token_is_refused(scene: PageScene, path: str) -> None:
    browser = await scene.visiting()
    page = await browser.send(path, {"understood": "yes"}, with_hidden=False)
    assert (page.status_code, "Please try again" in page.text) == (403, True)
    assert await scene.pool.fetchval("select count(*) from outbox where event_type not like '%viewed%'") == 0


async def test_a_form_of_another_visit_is_refused(scene: PageScene) -> None:
    mine, others = await scene.visiting(), await scene.visiting()
    await others.get("/hardship")
    mine.at = others.at
    assert (await mine.send("/hardship", {"reason": "illness"})).status_code == 403


async def test_a_question_cannot_be_answered_from_elsewhere(scene: PageScene) -> None:
    path = await scene.link()
    browser = scene.browser()
    await browser.get(path)
    foreign = scene.browser()
    foreign.at = browser.at
    assert (await foreign.send(path, RIGHT)).status_code == 403


@pytest.mark.parametrize(
    "path", ["/plans", "/plans/1", "/plans/1/accept", "/accepted", "/promise", "/opt-out", "/done/promise"]
)
async def test_without_a_visit_nothing_is_shown(scene: PageScene, path: str) -> None:
    page = await scene.browser().get(path)
    assert page.status_code == 403
    assert NAME not in page.text


async def test_the_cookie_before_the_answer_opens_nothing(scene: PageScene) -> None:
    browser = scene.browser()
    await browser.get(await scene.link())
    assert (await browser.get("/plans")).status_code == 403


async def test_the_answer_gives_a_new_cookie(scene: PageScene) -> None:
    browser = scene.browser()
    path = await scene.link()
    await browser.get(path)
    before = browser.client.cookies["__Host-visit"]
    answer = await browser.send(path, RIGHT)
    cookie = answer.headers["set-cookie"]
    assert before not in cookie
    assert all(word in cookie for word in ("__Host-visit=", "HttpOnly", "Secure", "SameSite=lax", "Path=/"))


async def test_a_visit_shows_its_own_borrowers_offer_only(scene: PageScene) -> None:
    await scene.take(
        registered("borrower-8", name="Someone Else"),
        offer_made(borrower_id="borrower-8", loan_id="loan-8", offer_id="offer-8"),
    )
    browser = scene.browser()
    page = await browser.enter(await scene.link(borrower_id="borrower-8", loan_id="loan-8", offer_id=OFFER))
    assert LOAN not in page.text


@pytest.mark.parametrize("path", ["/o/nonsense", "/nothing", "/pages.css", "/robots.txt", "/u/nonsense", "/plans"])
async def test_every_answer_has_the_headers_that_keep_it_private(scene: PageScene, path: str) -> None:
    headers = (await scene.browser().get(path)).headers
    assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'")
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert (headers["x-robots-tag"], headers["referrer-policy"]) == ("noindex, nofollow, noarchive", "no-referrer")
    assert headers["strict-transport-security"] == "max-age=31536000"
    assert headers["x-content-type-options"] == "nosniff"


async def test_pages_are_not_kept_by_browsers(scene: PageScene) -> None:
    assert (await (await scene.visiting()).get("/plans")).headers["cache-control"] == "no-store"


async def test_search_engines_are_kept_out(scene: PageScene) -> None:
    assert (await scene.browser().get("/robots.txt")).text == "User-agent: *\nDisallow: /\n"


async def test_one_address_guesses_only_so_fast_and_others_are_not_held_up(fresh_database: str) -> None:
    async with page_scene(fresh_database, answers_a_minute=3) as scene:
        await scene.take(registered(), offer_made())
        path = await scene.link()
        browser = scene.browser("198.51.100.9")
        await browser.get(path)
        statuses = [(await browser.send(path, {})).status_code for _ in range(4)]
        assert statuses == [422, 422, 422, 429]
        assert (await browser.send(path, {})).headers["retry-after"] == "20"
        assert (await scene.browser("198.51.100.10").enter(path)).url.path == "/plans"


async def test_one_click_opt_outs_of_one_mail_provider_are_not_limited(fresh_database: str) -> None:
    async with page_scene(fresh_database, answers_a_minute=1, requests_a_minute=1) as scene:
        await scene.take(registered())
        client = scene.browser().client
        path = scene.parts.links.opt_out_url(BORROWER, "sms")
        statuses = [(await client.post(path, data={"List-Unsubscribe": "One-Click"})).status_code for _ in range(5)]
        assert statuses == [200] * 5


async def test_a_body_that_is_too_large_is_refused(scene: PageScene) -> None:
    browser = await scene.visiting()
    assert (await browser.send("/hardship", {"text": "a" * 70_000})).status_code == 413


async def test_a_programs_error_is_a_problem_document_and_a_persons_is_a_page(scene: PageScene) -> None:
    client = scene.browser().client
    assert (await client.get("/nothing")).headers["content-type"] == "application/problem+json"
    page = await client.get("/nothing", headers={"accept": "text/html"})
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")


async def test_without_the_database_the_page_says_that_nothing_was_changed(scene: PageScene) -> None:
    path = await scene.link()
    await scene.pool.close()
    page = await scene.browser().get(path)
    assert (page.status_code, "Something went wrong on our side" in page.text) == (503, True)


async def test_logs_and_metrics_tell_routes_and_nothing_else(
    scene: PageScene, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    path = await scene.link()
    with capture_logs() as logged:
        browser = scene.browser()
        await browser.enter(path)
        await browser.get("/hardship")
        await browser.send("/hardship", {"reason": "illness", "text": "My back broke."})
        await browser.get(scene.parts.links.opt_out_url(BORROWER, "sms").removeprefix("https://pages.example"))
    told = str(logged) + str([line for line in caplog.messages if "httpx" not in line and "pages.example" not in line])
    labels = str([sample.labels for metric in HTTP_REQUESTS.collect() for sample in metric.samples])
    secrets = (path.removeprefix("/o/"), NAME, LOAN, OFFER, BORROWER, "203.0.113.7", "back", "1990")
    assert "/o/{token}" in told
    assert [secret for secret in secrets if secret in told + labels] == []


async def test_a_language_is_kept_and_leads_back_to_the_page(scene: PageScene) -> None:
    path = await scene.link()
    browser = scene.browser()
    page = await browser.get(path + "?language=zh-CN")
    assert (page.url.path, "请确认是您本人" in page.text) == (path, True)
    assert "请确认是您本人" in (await browser.get(path)).text


@pytest.mark.parametrize("path", ["//evil.example?language=en", "/\\evil.example?language=en"])
async def test_a_choice_of_language_never_leads_elsewhere(scene: PageScene, path: str) -> None:
    answer = await _raw_get(scene.browser(), path)
    assert "location" not in answer.headers


async def _raw_get(browser: Browser, path: str) -> Any:
    request = browser.client.build_request("GET", "https://pages.example/")
    request.url = request.url.copy_with(raw_path=path.encode())
    return await browser.client.send(request)


async def test_many_visitors_at_once_are_served(scene: PageScene) -> None:
    browsers = [await scene.visiting() for _ in range(10)]
    pages = await asyncio.gather(*(browser.get("/plans/1") for browser in browsers for _ in range(5)))
    assert {page.status_code for page in pages} == {200}
