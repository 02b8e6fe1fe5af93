"""Accepting a plan: once, with what was shown kept, whoever asks how often."""

import asyncio
import hashlib
from datetime import timedelta
from html import unescape

import httpx

from schemas.offers import OfferAccepted, OfferClosed
from services.notifier.pages.page_rendering import terms_shown
from tests.notifier.borrowers.telling import KEYS
from tests.notifier.pages.offers import BORROWER, EXTENDED, LOAN, OFFER, offer_made
from tests.notifier.pages.scene import Browser, PageScene, registered

ACCEPT = "/plans/1/accept"
TICKED = {"understood": "yes"}
ANSWER = {"borrower_id": BORROWER, "loan_id": LOAN, "offer_id": OFFER}


async def accepts(browser: Browser, number: int = 1) -> httpx.Response:
    path = f"/plans/{number}/accept"
    await browser.get(path)
    return await browser.send_and_follow(path, TICKED)


async def test_an_acceptance_is_told_once_with_its_plan_and_day(scene: PageScene) -> None:
    page = await accepts(await scene.visiting())
    assert (page.url.path, "You have accepted the plan" in page.text) == ("/accepted", True)
    assert await scene.events("offer-accepted") == [
        {**ANSWER, "plan_id": EXTENDED.plan_id, "accepted_on": "2026-03-06"}
    ]


async def test_what_was_shown_is_kept_sealed_word_for_word(scene: PageScene) -> None:
    browser = await scene.visiting()
    page = await browser.get(ACCEPT)
    await browser.send(ACCEPT, TICKED)
    [row] = await scene.pool.fetch("select * from offer_acceptance")
    kept = KEYS.open(BORROWER, row["sealed_shown"])
    assert kept.decode() == terms_shown("en", offer_made(), EXTENDED)
    assert kept.decode() in page.text
    assert row["shown_sha256"] == hashlib.sha256(kept).digest()
    assert (row["language"], row["factor"], row["accepted_at"]) == ("en", "date-of-birth", scene.clock.now())
    assert LOAN.encode() not in row["sealed_shown"]


async def test_without_the_tick_nothing_is_accepted(scene: PageScene) -> None:
    browser = await scene.visiting()
    await browser.get(ACCEPT)
    page = await browser.send_and_follow(ACCEPT, {})
    assert (page.status_code, "Please tick the box" in page.text) == (422, True)
    assert await scene.events("offer-accepted") == []


async def test_other_terms_than_were_shown_are_shown_again(scene: PageScene) -> None:
    browser = await scene.visiting()
    await browser.get(ACCEPT)
    page = await browser.send_and_follow(ACCEPT, {**TICKED, "shown": "0" * 64})
    assert (page.status_code, "Please read them once more" in page.text) == (409, True)
    assert await scene.events("offer-accepted") == []


async def test_accepting_again_shows_what_was_accepted(scene: PageScene) -> None:
    browser = await scene.visiting()
    await browser.get(ACCEPT)
    terms = browser.at
    await browser.send(ACCEPT, TICKED)
    browser.at = terms
    page = await browser.send_and_follow(ACCEPT, TICKED)
    assert page.url.path == "/accepted"
    assert len(await scene.events("offer-accepted")) == 1


async def test_another_plan_cannot_be_accepted_after_one_was(scene: PageScene) -> None:
    browser = await scene.visiting()
    await browser.get("/plans/2/accept")
    other = browser.at
    await accepts(browser)
    browser.at = other
    page = await browser.send_and_follow("/plans/2/accept", TICKED)
    assert page.url.path == "/accepted"
    assert [event["plan_id"] for event in await scene.events("offer-accepted")] == [EXTENDED.plan_id]


async def test_two_hundred_acceptances_at_once_of_all_plans_are_one(scene: PageScene) -> None:
    browsers = [await scene.visiting() for _ in range(4)]
    for index, browser in enumerate(browsers):
        await browser.get(f"/plans/{index % 3 + 1}/accept")
    answers = await asyncio.gather(
        *(browsers[n % 4].send(f"/plans/{n % 4 % 3 + 1}/accept", TICKED) for n in range(200))
    )
    assert {answer.status_code for answer in answers} == {303}
    assert {answer.headers["location"] for answer in answers} == {"/accepted"}
    assert len(await scene.events("offer-accepted")) == 1
    assert await scene.pool.fetchval("select count(*) from offer_acceptance") == 1


async def test_an_offer_can_be_accepted_until_the_end_of_its_last_day_in_the_lenders_zone(scene: PageScene) -> None:
    scene.clock.moment += timedelta(days=13, hours=11)  # the 19th, 23:00 in Shanghai
    assert (await accepts(await scene.visiting())).url.path == "/accepted"


async def test_an_offer_whose_last_day_is_over_says_so(scene: PageScene) -> None:
    scene.clock.moment += timedelta(days=13, hours=11, minutes=59)
    browser = await scene.visiting()
    await browser.get(ACCEPT)
    terms = browser.at
    scene.clock.moment += timedelta(minutes=2)
    browser.at = terms
    page = await browser.send_and_follow(ACCEPT, TICKED)
    assert (page.url.path, "The time to choose was over on March 19, 2026" in page.text) == ("/plans", True)
    assert await scene.events("offer-accepted") == []


async def test_an_offer_that_dunning_closed_cannot_be_accepted(scene: PageScene) -> None:
    browser = await scene.visiting()
    await browser.get(ACCEPT)
    await scene.take(OfferClosed(**ANSWER, reason="withdrawn", closed_on=offer_made().made_on))
    page = await browser.send_and_follow(ACCEPT, TICKED)
    assert "These plans are no longer needed" in page.text
    assert await scene.events("offer-accepted") == []


async def test_an_acceptance_that_dunning_could_not_take_is_not_called_accepted(scene: PageScene) -> None:
    browser = await scene.visiting()
    await accepts(browser)
    await scene.take(OfferClosed(**ANSWER, reason="withdrawn", closed_on=offer_made().made_on))
    page = await browser.get("/accepted")
    assert (page.url.path, "it could not be put in place any more" in page.text) == ("/plans", True)


async def test_an_acceptance_in_time_is_not_undone_by_the_offers_expiry(scene: PageScene) -> None:
    browser = await scene.visiting()
    await accepts(browser)
    await scene.take(OfferClosed(**ANSWER, reason="expired", closed_on=offer_made().expires_on))
    assert (await browser.get("/accepted")).url.path == "/accepted"


async def test_an_acceptance_that_dunning_took_stays_whatever_is_told_later(scene: PageScene) -> None:
    browser = await scene.visiting()
    await accepts(browser)
    await scene.take(OfferAccepted(**ANSWER, plan_id=EXTENDED.plan_id, accepted_on=offer_made().made_on))
    await scene.take(OfferClosed(**ANSWER, reason="expired", closed_on=offer_made().made_on))
    assert (await browser.get("/accepted")).url.path == "/accepted"


async def test_a_plan_that_an_operator_agreed_on_is_shown_as_accepted(scene: PageScene) -> None:
    browser = await scene.visiting()
    await scene.take(OfferAccepted(**ANSWER, plan_id=EXTENDED.plan_id, accepted_on=offer_made().made_on))
    page = await browser.get("/accepted")
    assert "This plan is agreed: Smaller instalments over a longer time" in unescape(page.text)


async def test_nobody_accepts_the_offer_of_another_borrower(scene: PageScene) -> None:
    await scene.take(
        registered("borrower-8"), offer_made(borrower_id="borrower-8", loan_id="loan-8", offer_id="offer-8")
    )
    browser = await scene.visiting()
    await browser.get(ACCEPT)
    page = await browser.send_and_follow(ACCEPT, {**TICKED, "offer": "offer-8"})
    assert page.status_code == 404
    assert await scene.events("offer-accepted") == []


async def test_a_plan_of_no_offer_is_not_there(scene: PageScene) -> None:
    browser = await scene.visiting()
    assert [(await browser.get(path)).status_code for path in ("/plans/0", "/plans/4", "/plans/x")] == [404, 404, 404]
    await browser.get(ACCEPT)
    assert (await browser.send(ACCEPT, {**TICKED, "plan": "offer-7:9"})).status_code == 404
