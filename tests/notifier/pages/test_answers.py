"""Everything else that borrowers tell on their pages."""

from datetime import date, timedelta
from urllib.parse import urlsplit

import httpx
import pytest

from schemas.offers import OfferClosed
from services.notifier.pages import answer_store
from services.notifier.pages.answer_store import AnswerContent
from tests.notifier.borrowers.telling import KEYS
from tests.notifier.pages.offers import BORROWER, LOAN, OFFER, offer_made
from tests.notifier.pages.scene import PageScene, registered

PROMISE = {"amount": "800.50", "day_year": "2026", "day_month": "3", "day_day": "20"}


async def told(scene: PageScene, path: str, fields: dict[str, str]) -> httpx.Response:
    """The page that a borrower sees after sending a form."""
    browser = await scene.visiting()
    await browser.get(path)
    return await browser.send_and_follow(path, fields)


async def test_the_first_look_at_an_offer_is_told_once(scene: PageScene) -> None:
    browser = await scene.visiting()
    await browser.get("/plans")
    [event] = await scene.events("offer-viewed")
    assert (event["offer_id"], event["viewed_at"]) == (OFFER, "2026-03-06T04:00:00Z")


async def test_declining_closes_the_offer_and_tells_why(scene: PageScene) -> None:
    page = await told(scene, "/decline", {"reason": "too-high"})
    assert "You have declined the plans" in page.text
    assert await scene.events("offer-declined") == [
        {"borrower_id": BORROWER, "loan_id": LOAN, "offer_id": OFFER, "declined_on": "2026-03-06", "reason": "too-high"}
    ]


async def test_a_declined_offer_says_so(scene: PageScene) -> None:
    browser = await scene.visiting()
    await browser.get("/decline")
    await browser.send("/decline", {"reason": "no-answer"})
    assert "You declined these plans" in (await browser.get("/plans/1/accept")).text


@pytest.mark.parametrize(
    ("fields", "amount", "day"),
    [
        ({"amount": "800"}, 80_000, None),
        ({"day_of_month": "25"}, None, 25),
        ({"amount": "1,000.50", "day_of_month": "1"}, 100_050, 1),
    ],
)
async def test_a_wish_is_told(scene: PageScene, fields: dict[str, str], amount: int | None, day: int | None) -> None:
    page = await told(scene, "/counter", fields)
    [event] = await scene.events("offer-countered")
    assert "We have your proposal" in page.text
    assert (event["instalment_minor"], event["due_day_of_month"]) == (amount, day)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "Please fill in an amount or a day."),
        ({"amount": "much"}, "Please write the amount in digits"),
        ({"amount": "999999"}, "Please write an amount of CN¥13,193.50 at most."),
        ({"day_of_month": "32"}, "Please write a day from 1 to 31."),
    ],
)
async def test_a_wish_that_cannot_be_is_told_beside_its_field(
    scene: PageScene, fields: dict[str, str], words: str
) -> None:
    page = await told(scene, "/counter", fields)
    assert (page.status_code, page.text.count(words)) == (422, 2)
    assert await scene.events("offer-countered") == []


async def test_while_a_wish_is_looked_at_no_plan_can_be_chosen(scene: PageScene) -> None:
    browser = await scene.visiting()
    await browser.get("/plans/1/accept")
    terms = browser.at
    await browser.get("/counter")
    await browser.send("/counter", {"amount": "800"})
    browser.at = terms
    page = await browser.send_and_follow("/plans/1/accept", {"understood": "yes"})
    assert "We are working it out" in page.text
    assert await scene.events("offer-accepted") == []


async def test_a_wish_that_no_plan_meets_leaves_the_offer_as_it_was(scene: PageScene) -> None:
    browser = await scene.visiting()
    await browser.get("/counter")
    await browser.send("/counter", {"amount": "800"})
    await scene.take(offer_made())
    assert "We could not make a plan from what you proposed" in (await browser.get("/plans")).text
    await browser.get("/counter")
    await browser.send("/counter", {"amount": "900"})
    ids = await scene.pool.fetch("select event_id from outbox where event_type like '%offer-countered%'")
    assert len({row[0] for row in ids}) == 2


async def test_a_newer_offer_in_place_of_a_countered_one_is_shown(scene: PageScene) -> None:
    browser = await scene.visiting()
    answer = {"borrower_id": BORROWER, "loan_id": LOAN, "offer_id": OFFER}
    await scene.take(
        OfferClosed.model_validate({**answer, "reason": "countered", "closed_on": date(2026, 3, 6)}),
        offer_made(offer_id="offer-7:c"),
    )
    assert "Plans that may suit you better" in (await browser.get("/plans")).text


async def test_a_promise_is_told_with_amount_and_day(scene: PageScene) -> None:
    page = await told(scene, "/promise", PROMISE)
    [event] = await scene.events("promise-made")
    assert "You will pay CN¥800.50 by March 20, 2026" in page.text
    assert event.pop("promise_id").startswith("promise:")
    assert event == {
        "borrower_id": BORROWER, "loan_id": LOAN, "currency": "CNY", "amount_minor": 80_050, "made_on": "2026-03-06",
        "due_on": "2026-03-20",
    }  # fmt: skip


async def test_a_form_sent_twice_is_one_promise(scene: PageScene) -> None:
    browser = await scene.visiting()
    await browser.get("/promise")
    for _ in range(2):
        await browser.send("/promise", PROMISE)
    assert len(await scene.events("promise-made")) == 1


async def test_a_promise_keeps_what_was_typed_beside_what_is_wrong(scene: PageScene) -> None:
    page = await told(scene, "/promise", {**PROMISE, "day_month": "9"})
    assert "Please choose a day from March 6, 2026 to April 5, 2026." in page.text
    assert 'value="800.50"' in page.text


async def test_a_hardship_is_told_by_its_reason_and_its_story_stays_here_sealed(scene: PageScene) -> None:
    page = await told(scene, "/hardship", {"reason": "illness", "text": "My back broke."})
    [event] = await scene.events("hardship-reported")
    assert "Thank you for telling us" in page.text
    assert (event["reason"], event["reported_on"], "back" in str(event)) == ("illness", "2026-03-06", False)
    async with scene.pool.acquire() as connection:
        kept = await answer_store.newest_answer(connection, KEYS, BORROWER, "hardship")
    assert kept == AnswerContent(choice="illness", text="My back broke.")
    assert b"back" not in await scene.pool.fetchval("select sealed from borrower_answer")


async def test_an_objection_is_told_by_its_kind(scene: PageScene) -> None:
    page = await told(scene, "/dispute", {"kind": "paid-already", "text": "On Monday."})
    [event] = await scene.events("debt-disputed")
    assert "We have your objection" in page.text
    assert (event["loan_id"], event["kind"], event["disputed_on"]) == (LOAN, "paid-already", "2026-03-06")


@pytest.mark.parametrize(("path", "field"), [("/decline", "reason"), ("/hardship", "reason"), ("/dispute", "kind")])
async def test_a_choice_is_asked_for(scene: PageScene, path: str, field: str) -> None:
    page = await told(scene, path, {field: "made-up"})
    assert (page.status_code, page.text.count("Please choose one.")) == (422, 2)


async def test_what_is_typed_is_never_run(scene: PageScene) -> None:
    page = await told(scene, "/hardship", {"text": '"><script>alert(1)</script>'})
    assert "<script>" not in page.text
    assert "&lt;script&gt;" in page.text


async def test_an_opt_out_by_channel_and_purpose_counts_at_once_and_can_be_taken_back(scene: PageScene) -> None:
    browser = await scene.visiting()
    await browser.get("/opt-out")
    await browser.send("/opt-out", {"channel": "sms", "purpose": "collection"})
    page = await browser.get("/opt-out")
    assert "Text messages: Overdue payments" in page.text
    await browser.send("/opt-in", {"channel": "sms", "purpose": "collection"})
    [out], [back] = await scene.events("opted-out"), await scene.events("opted-in")
    assert (out["channel"], out["purpose"], out["source"]) == ("sms", "collection", "page")
    assert (back["channel"], back["purpose"]) == ("sms", "collection")
    assert "Text messages: Overdue payments" not in (await browser.get("/opt-out")).text


async def test_a_mail_program_opts_out_with_one_request(scene: PageScene) -> None:
    path = urlsplit(scene.parts.links.opt_out_url(BORROWER, "email")).path
    page = await scene.browser().client.post(path, data={"List-Unsubscribe": "One-Click"})
    [event] = await scene.events("opted-out")
    assert page.status_code == 200
    assert (event["borrower_id"], event["channel"], event["purpose"], event["source"]) == (
        BORROWER, "email", None, "one-click",
    )  # fmt: skip


async def test_fetching_the_opt_out_address_changes_nothing(scene: PageScene) -> None:
    path = urlsplit(scene.parts.links.opt_out_url(BORROWER, "email")).path
    page = await scene.browser().get(path)
    assert "With one click you get no more e-mails" in page.text
    assert BORROWER not in page.text
    assert await scene.events("opted-out") == []


async def test_a_forged_opt_out_address_changes_nothing(scene: PageScene) -> None:
    path = urlsplit(scene.parts.links.opt_out_url(BORROWER, "email")).path
    page = await scene.browser().client.post(path[:-4] + "AAAA", data={"List-Unsubscribe": "One-Click"})
    assert page.status_code == 404
    assert await scene.events("opted-out") == []


async def test_without_an_offer_there_is_still_help(scene: PageScene) -> None:
    await scene.take(registered("borrower-9"))
    browser = scene.browser()
    page = await browser.enter(await scene.link(borrower_id="borrower-9", loan_id="loan-9", offer_id=None))
    assert "At present there is no plan for your loan loan-9" in page.text
    assert (await browser.get("/counter")).status_code == 404
    assert (await browser.get("/promise")).status_code == 200


async def test_a_visit_ends_when_nothing_is_opened_for_half_an_hour_and_lasts_while_something_is(
    scene: PageScene,
) -> None:
    browser = await scene.visiting()
    for _ in range(3):
        scene.clock.moment += timedelta(minutes=20)
        assert (await browser.get("/plans")).status_code == 200
    scene.clock.moment += timedelta(minutes=31)
    page = await browser.get("/plans")
    assert (page.status_code, "Your visit has ended" in page.text) == (403, True)


async def test_leaving_ends_the_visit(scene: PageScene) -> None:
    browser = await scene.visiting()
    cookies = dict(browser.client.cookies)
    await browser.get("/plans")
    assert "You have left the page" in (await browser.send("/leave", {})).text
    browser.client.cookies.update(cookies)
    assert (await browser.get("/plans")).status_code == 403
