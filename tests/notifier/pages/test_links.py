"""Links: opaque, signed, expiring, single use; nothing is told before the question is answered."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from pydantic import SecretStr, ValidationError

from services.notifier.pages.links import LinkMaker
from services.notifier.pages.page_keys import NotOurToken
from tests.notifier.pages.offers import BORROWER, LOAN, OFFER
from tests.notifier.pages.scene import BORN_ON, NAME, PAGE_KEY, RIGHT, WRONG, PageScene, page_settings, registered

OLD_KEY = "an-older-secret-of-32-letters-or-more"


async def message_ids(scene: PageScene, step_id: str) -> list[str]:
    rows = await scene.pool.fetch("select reminder_id from message where step_id = $1 order by 1", step_id)
    return [row[0] for row in rows]


def maker(keys: str) -> LinkMaker:
    return LinkMaker.of(page_settings(page_key=SecretStr(keys)))


async def test_a_link_tells_nothing_about_whom_it_is_for(scene: PageScene) -> None:
    path = await scene.link()
    assert re.fullmatch(r"/o/[A-Za-z0-9_-]{16}\.[A-Za-z0-9_-]{11}", path)
    assert not any(told in path for told in (BORROWER, LOAN, OFFER))


async def test_the_database_alone_opens_no_page(scene: PageScene) -> None:
    path = await scene.link()
    kept = str(await scene.pool.fetch("select * from page_link"))
    assert path.removeprefix("/o/").split(".")[0] not in kept


async def test_before_the_answer_a_page_has_nothing_of_the_borrower_or_the_debt(scene: PageScene) -> None:
    browser = scene.browser()
    page = await browser.get(await scene.link())
    secrets = (
        NAME,
        "Lin",
        BORROWER,
        LOAN,
        OFFER,
        "703.50",
        "CNY",
        "CN¥",
        "1234",
        str(BORN_ON.year),
        "loan",
        "debt",
        "overdue",
    )
    told = page.text.replace("27 3 1990", "")
    assert page.status_code == 200
    assert [secret for secret in secrets if secret in told + str(page.headers)] == []


async def test_looking_at_a_link_uses_nothing_up(scene: PageScene) -> None:
    path = await scene.link()
    for _ in range(5):
        await scene.browser().get(path)
    assert (await scene.browser().client.head(path)).status_code == 200
    assert "Plans that may suit you better" in (await scene.browser().enter(path)).text


async def test_the_right_answer_opens_the_plans(scene: PageScene) -> None:
    page = await scene.browser().enter(await scene.link())
    assert (page.status_code, page.url.path) == (200, "/plans")
    assert NAME in page.text


async def test_a_link_is_good_for_one_visit(scene: PageScene) -> None:
    path = await scene.link()
    await scene.browser().enter(path)
    page = await scene.browser().get(path)
    assert (page.status_code, "This link cannot be used any more" in page.text) == (410, True)


async def test_whoever_visits_comes_back_by_the_used_link(scene: PageScene) -> None:
    path = await scene.link()
    browser = scene.browser()
    await browser.enter(path)
    assert (await browser.get(path)).url.path == "/plans"


async def test_two_browsers_that_answer_at_once_get_one_visit(scene: PageScene) -> None:
    path = await scene.link()
    browsers = [scene.browser(), scene.browser()]
    for browser in browsers:
        await browser.get(path)
    statuses = sorted([(await browser.send(path, RIGHT)).status_code for browser in browsers])
    assert statuses == [303, 410]


async def test_a_link_expires(scene: PageScene) -> None:
    path = await scene.link(valid_for=timedelta(days=1))
    scene.clock.moment += timedelta(days=1)
    assert (await scene.browser().get(path)).status_code == 410


async def test_forged_used_and_expired_links_look_the_same(scene: PageScene) -> None:
    used, expired = await scene.link(), await scene.link(valid_for=timedelta(minutes=1))
    await scene.browser().enter(used)
    scene.clock.moment += timedelta(minutes=2)
    made_up = "/o/" + LinkMaker.of(page_settings(page_key=SecretStr(OLD_KEY))).keys.sign("link", "AAAAAAAAAAAAAAAA")
    pages = []
    for path in (used, expired, "/o/nonsense", made_up, used[:-1] + "A"):
        page = await scene.browser().get(path)
        text = re.sub(r'value="[^"]+"|/o/[^"?]+', "", page.text)
        pages.append((page.status_code, text))
    assert len(set(pages)) == 1


async def test_a_wrong_answer_is_told_and_the_right_one_still_counts(scene: PageScene) -> None:
    browser = scene.browser()
    path = await scene.link()
    await browser.get(path)
    page = await browser.send_and_follow(path, WRONG)
    assert (page.status_code, "That does not match" in page.text) == (422, True)
    assert (await browser.send_and_follow(path, RIGHT)).url.path == "/plans"


async def test_an_empty_answer_is_not_counted(scene: PageScene) -> None:
    browser = scene.browser()
    path = await scene.link()
    await browser.get(path)
    for _ in range(10):
        page = await browser.send_and_follow(path, {})
    assert "Please answer the question" in page.text
    assert await scene.pool.fetchval("select failures from page_link") == 0


async def test_guessing_locks_the_link_even_for_the_right_answer(scene: PageScene) -> None:
    browser = scene.browser()
    path = await scene.link()
    await browser.get(path)
    for _ in range(5):
        page = await browser.send_and_follow(path, WRONG)
    assert (page.status_code, "This page is locked" in page.text) == (403, True)
    await browser.get(path)
    assert (await browser.send(path, RIGHT)).status_code == 403


async def test_guessing_on_several_links_locks_all_links_of_the_borrower_for_a_day(scene: PageScene) -> None:
    for _ in range(2):
        path = await scene.link()
        browser = scene.browser()
        await browser.get(path)
        for _ in range(5):
            await browser.send_and_follow(path, WRONG)
    fresh = await scene.link()
    assert (await scene.browser().get(fresh)).status_code == 403
    scene.clock.moment += timedelta(days=1, minutes=1)
    assert (await scene.browser().enter(fresh)).url.path == "/plans"


async def test_whom_nothing_can_be_asked_is_asked_to_call(scene: PageScene) -> None:
    await scene.take(registered(date_of_birth=None, phone=None))
    page = await scene.browser().get(await scene.link())
    assert (page.status_code, "Please call us" in page.text) == (403, True)


async def test_a_new_link_goes_to_the_address_on_file(scene: PageScene) -> None:
    path = await scene.link(channel="sms")
    await scene.browser().enter(path)
    browser = scene.browser()
    await browser.get(path)
    page = await browser.send(path + "/new-link", {})
    [row] = await scene.pool.fetch("select channels, template, loan_id from message where step_id = 'new-link'")
    assert (page.status_code, "Please look at your messages" in page.text) == (200, True)
    assert tuple(row) == (["sms"], "offer", LOAN)


async def test_new_links_are_few_a_day_and_not_one_after_the_other(scene: PageScene) -> None:
    path = await scene.link()
    await scene.browser().enter(path)
    for _ in range(6):
        for _ in range(3):
            browser = scene.browser()
            await browser.get(path)
            await browser.send(path + "/new-link", {})
        scene.clock.moment += timedelta(minutes=11)
    assert len(await message_ids(scene, "new-link")) == 3


async def test_asking_for_a_new_link_tells_nothing_about_a_forged_one(scene: PageScene) -> None:
    path = await scene.link()
    await scene.browser().enter(path)
    answers = []
    for one in (path, "/o/nonsense"):
        browser = scene.browser()
        await browser.get(one)
        page = await browser.send(one + "/new-link", {})
        answers.append((page.status_code, re.sub(r"/o/[^\"?]+", "", page.text)))
    assert answers[0] == answers[1]


def test_a_link_of_an_older_secret_is_believed_as_long_as_the_secret_is_given() -> None:
    token = maker(OLD_KEY).keys.sign("link", "abc")
    assert maker(f"{PAGE_KEY},{OLD_KEY}").link_id(token) == "abc"
    with pytest.raises(NotOurToken):
        maker(PAGE_KEY).link_id(token)


def test_the_first_secret_signs() -> None:
    token = maker(f"{PAGE_KEY},{OLD_KEY}").keys.sign("link", "abc")
    assert maker(PAGE_KEY).link_id(token) == "abc"


def test_a_token_counts_for_one_purpose_only() -> None:
    token = maker(PAGE_KEY).keys.sign("form.x", "abc")
    with pytest.raises(NotOurToken):
        maker(PAGE_KEY).link_id(token)


@pytest.mark.parametrize("token", ["", ".", "a.b", "é", "a" * 10_000, "AAAA.AAAAAAAAAAA"])
def test_what_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(NotOurToken):
        maker(PAGE_KEY).link_id(token)
    with pytest.raises(NotOurToken):
        maker(PAGE_KEY).opting_out(token)


def test_an_opt_out_address_names_nobody_and_is_always_the_same() -> None:
    url = maker(PAGE_KEY).opt_out_url(BORROWER, "email")
    assert BORROWER not in url
    assert url == maker(PAGE_KEY).opt_out_url(BORROWER, "email") != maker(PAGE_KEY).opt_out_url(BORROWER, "sms")
    assert maker(f"{OLD_KEY},{PAGE_KEY}").opting_out(urlsplit(url).path.removeprefix("/u/")) == (BORROWER, "email")


@pytest.mark.parametrize("page_key", ["short", f"{PAGE_KEY},", f"{PAGE_KEY},short"])
def test_a_secret_that_is_too_short_is_refused_without_being_told(page_key: str) -> None:
    with pytest.raises(ValidationError, match="32 characters at least") as caught:
        page_settings(page_key=SecretStr(page_key))
    assert PAGE_KEY not in str(caught.value)


@pytest.mark.parametrize("url", ["pages.example", "ftp://pages.example", "https://pages.example/under"])
def test_an_address_of_the_pages_with_a_path_or_without_http_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="http"):
        page_settings(pages_url=url)
